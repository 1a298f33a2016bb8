-- What connected ATOM instances say and are told.

-- Instances by what they call themselves: recorded, never trusted.
CREATE TABLE satellite (
    id             {{id}},
    uid            TEXT   NOT NULL UNIQUE,      -- sat_…: what it is told to report under
    tenant_id      BIGINT NOT NULL REFERENCES tenant (id),
    name           TEXT   NOT NULL,             -- its X-Instance-ID, else the name it registers with
    instance_name  TEXT,
    version        TEXT,
    platform       TEXT,
    claimed_tenant TEXT,                        -- the `tenant_id` of its requests: its own, not this marketplace's
    federation_key TEXT,                        -- the beginning of its X-Federation-Key
    created_at     BIGINT NOT NULL,
    seen_at        BIGINT NOT NULL,             -- when it last changed something
    UNIQUE (tenant_id, name)
);

-- The domain whose details a token asked for last: a satellite that installs one does not say which.
CREATE TABLE satellite_look (
    token_id     BIGINT NOT NULL REFERENCES api_token (id),
    instance     TEXT   NOT NULL,               -- its X-Instance-ID, '' where it sends none: several may share a token
    component_id BIGINT NOT NULL REFERENCES component (id),
    looked_at    BIGINT NOT NULL,
    PRIMARY KEY (token_id, instance)
);

-- Whom a bare id may mean something else to, beside what is listed.
CREATE INDEX component_hidden ON component (kind, slug) WHERE listed = 0;
