-- Who publishes and installs, and what they call with.
-- Integer keys inside, prefixed UUIDv7 (`uid`) outside. Times are microseconds UTC. Booleans are 0 or 1.

CREATE TABLE tenant (
    id           {{id}},
    slug         TEXT   NOT NULL UNIQUE,       -- the contract's tenant id; a mirrored one is `tenant@peer`
    name         TEXT   NOT NULL,
    plan         BIGINT NOT NULL,              -- protocol::Plan::code
    verified     BIGINT NOT NULL DEFAULT 0,
    suspended    BIGINT NOT NULL DEFAULT 0,
    agent_limit  BIGINT,                       -- overrides the plan's where set
    storage_limit BIGINT,
    webhook_limit BIGINT,
    storage_used BIGINT NOT NULL DEFAULT 0,    -- canonical bytes of every kept version
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

CREATE TABLE account (                          -- a person; `user` is a reserved word
    id             {{id}},
    uid            TEXT   NOT NULL UNIQUE,
    email          TEXT   NOT NULL UNIQUE,      -- lowercased
    name           TEXT   NOT NULL,
    password_hash  TEXT,                        -- argon2id; none until the invitation is taken up
    platform_admin BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL
);

CREATE TABLE member (
    tenant_id  BIGINT NOT NULL REFERENCES tenant (id),
    account_id BIGINT NOT NULL REFERENCES account (id),
    role       TEXT   NOT NULL,                 -- protocol::Role
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, account_id)
);
CREATE INDEX member_account ON member (account_id);

CREATE TABLE api_token (
    id                 {{id}},
    uid                TEXT      NOT NULL UNIQUE,
    tenant_id          BIGINT    NOT NULL REFERENCES tenant (id),
    account_id         BIGINT    REFERENCES account (id),  -- its maker; none when the platform made it
    hash               {{bytes}} NOT NULL UNIQUE,          -- SHA-256; the token itself is shown once
    prefix             TEXT      NOT NULL,
    name               TEXT      NOT NULL,
    scopes             TEXT      NOT NULL,                 -- separated by spaces
    component_patterns TEXT,                               -- JSON array; null allows every id
    created_at         BIGINT    NOT NULL,
    expires_at         BIGINT,
    last_used_at       BIGINT,
    revoked_at         BIGINT
);
CREATE INDEX api_token_tenant ON api_token (tenant_id, id);

CREATE TABLE federation_key (
    id           {{id}},
    uid          TEXT      NOT NULL UNIQUE,
    tenant_id    BIGINT    REFERENCES tenant (id),         -- none when the platform made it
    hash         {{bytes}} NOT NULL UNIQUE,
    prefix       TEXT      NOT NULL,
    name         TEXT      NOT NULL,
    source       TEXT,                                     -- who is to use it: recorded, never trusted
    last_source  TEXT,                                     -- what X-Federation-Source last said: the same
    created_at   BIGINT    NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX federation_key_tenant ON federation_key (tenant_id, id);

-- What a node has leased of each caller's hourly window; see limits/.
CREATE TABLE rate_window (
    caller       TEXT   NOT NULL PRIMARY KEY,
    window_start BIGINT NOT NULL,               -- the first request of the window
    leased       BIGINT NOT NULL                -- requests handed out to nodes so far
);

CREATE TABLE idempotency (
    caller       TEXT      NOT NULL,
    key          TEXT      NOT NULL,
    request      {{bytes}} NOT NULL,            -- HMAC of method, path, query and body: it may hold a password
    state        TEXT      NOT NULL,            -- running | applied | answered
    answer       {{bytes}},                     -- sealed status, headers and body: it may hold a token
    owner        TEXT      NOT NULL,            -- the process that runs it
    created_at   BIGINT    NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
