-- The record of every change, and the events that follow from them. Both are written in the transaction of the change.

CREATE TABLE audit_log (
    chain      BIGINT    NOT NULL,              -- the key of the tenant whose record it is; 0: the platform's
    number     BIGINT    NOT NULL,              -- 1, 2, 3 … within the chain
    at         BIGINT    NOT NULL,
    actor      TEXT      NOT NULL,              -- token:tok_…, member:usr_…, admin, operator, policy:…
    action     TEXT      NOT NULL,              -- component.publish, token.create …
    target     TEXT      NOT NULL,              -- skill:acme/crm-lookup, token:tok_… …
    details    TEXT      NOT NULL,              -- JSON object, never a secret
    request_id TEXT,
    hash       {{bytes}} NOT NULL,              -- SHA-256 over the entry and the hash before it; see audit/
    PRIMARY KEY (chain, number)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both

CREATE INDEX audit_log_time ON audit_log (at, chain, number);  -- all chains, as the platform reads them

-- Where each chain ends: what is cut off from it is missed too.
CREATE TABLE audit_chain (
    chain  BIGINT    NOT NULL PRIMARY KEY,
    number BIGINT    NOT NULL,
    hash   {{bytes}} NOT NULL
);

CREATE TABLE event (
    id           {{id}},
    uid          TEXT   NOT NULL UNIQUE,        -- evt_…
    position     BIGINT UNIQUE,                 -- its place in the order that readers follow, without gaps; given when it was committed
    type         TEXT   NOT NULL,               -- protocol::EventType
    at           BIGINT NOT NULL,
    owner_id     BIGINT REFERENCES tenant (id), -- whose component (or webhook) it is about
    actor_id     BIGINT REFERENCES tenant (id), -- who did it, if that is another tenant
    component_id BIGINT REFERENCES component (id),
    installers   BIGINT NOT NULL,               -- tenants that have the component installed hear of it: 0 none, 1 all, 2 those it is shared with
    marketplace  BIGINT NOT NULL,               -- 1: everyone may hear of it
    data         TEXT   NOT NULL                -- JSON object, the payload
);
CREATE INDEX event_waiting     ON event (id) WHERE position IS NULL;
CREATE INDEX event_owner       ON event (owner_id, position);
CREATE INDEX event_actor       ON event (actor_id, position) WHERE actor_id IS NOT NULL;
CREATE INDEX event_installers  ON event (component_id, position) WHERE installers > 0;
CREATE INDEX event_marketplace ON event (position) WHERE marketplace = 1;
CREATE INDEX event_age         ON event (at);

-- The last position that was given out. One row, with the first event.
CREATE TABLE event_sequence (
    id   BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
