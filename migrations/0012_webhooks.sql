-- Who is told of events, and what became of each telling. A delivery is written in the transaction of its event, so it is
-- there exactly when its cause is; this table is the only schedule there is.

CREATE TABLE webhook (                          -- written by people alone: transactions that emit events read it
    id              {{id}},
    uid             TEXT      NOT NULL UNIQUE,  -- whk_…
    tenant_id       BIGINT    NOT NULL REFERENCES tenant (id),
    url             TEXT      NOT NULL,
    description     TEXT,
    scope           BIGINT    NOT NULL,         -- 0: what concerns the tenant; 1: the public marketplace
    events          BIGINT    NOT NULL,         -- protocol::EventType::bit of each type it asks for
    rate_limit      BIGINT,                     -- deliveries a second; none: as fast as it answers
    secret          {{bytes}} NOT NULL,         -- sealed
    previous_secret {{bytes}},                  -- sealed; signs too until the time below
    previous_until  BIGINT,
    status          BIGINT    NOT NULL,         -- 0 active, 1 paused, 2 disabled, 3 deleted
    disabled_reason TEXT,                       -- protocol::DisabledReason
    revision        BIGINT    NOT NULL,         -- grows with every change: what is in memory of an older one is read again
    created_at      BIGINT    NOT NULL,
    updated_at      BIGINT    NOT NULL
);
CREATE INDEX webhook_tenant      ON webhook (tenant_id, id) WHERE status < 3;
CREATE INDEX webhook_marketplace ON webhook (id) WHERE scope = 1 AND status < 3;

CREATE TABLE webhook_health (                   -- apart, because deliveries write it
    webhook_id    BIGINT NOT NULL PRIMARY KEY REFERENCES webhook (id),
    failing_since BIGINT                        -- the first failure since the last success
);

CREATE TABLE webhook_delivery (
    event_id     BIGINT NOT NULL REFERENCES event (id),
    webhook_id   BIGINT NOT NULL REFERENCES webhook (id),
    state        BIGINT NOT NULL,               -- 0 pending, 1 delivered, 2 failed
    due_at       BIGINT NOT NULL,               -- of a pending one: when it may be claimed; while it is leased, when the lease ends
    lease        BIGINT NOT NULL,               -- names the claim; 0: nobody has it
    step         BIGINT NOT NULL,               -- failures since it was queued: its place in the schedule
    attempts     BIGINT NOT NULL,               -- exchanges in all
    attempted_at BIGINT,                        -- the last of them; those before are in webhook_attempt
    url          TEXT,
    status       BIGINT,                        -- HTTP
    error        TEXT,
    took_us      BIGINT,
    answer       TEXT,                          -- its first 4 KB
    PRIMARY KEY (event_id, webhook_id)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, event_id);
CREATE INDEX webhook_delivery_due  ON webhook_delivery (webhook_id, due_at) WHERE state = 0;

CREATE TABLE webhook_attempt (
    event_id     BIGINT NOT NULL,
    webhook_id   BIGINT NOT NULL,
    number       BIGINT NOT NULL,               -- 1, 2, 3 …
    attempted_at BIGINT NOT NULL,
    url          TEXT,
    status       BIGINT,
    error        TEXT,
    took_us      BIGINT,
    answer       TEXT,
    PRIMARY KEY (event_id, webhook_id, number)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
