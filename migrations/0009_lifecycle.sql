-- What becomes of a component after its publication; who publishers are.

-- A name that a component had before. It means that component for ever and is given to nothing else. It points at the
-- component itself, so a chain of renames is one lookup.
CREATE TABLE component_alias (
    kind         BIGINT NOT NULL,
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    slug         TEXT   NOT NULL,
    component_id BIGINT NOT NULL REFERENCES component (id),
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (kind, tenant_id, slug)
);
CREATE INDEX component_alias_slug ON component_alias (kind, slug, component_id);
CREATE INDEX component_alias_component ON component_alias (component_id, slug);

-- The name a version was published under, where its component has another one now: digests and bundles hold it.
ALTER TABLE component_version ADD COLUMN published_tenant TEXT;
ALTER TABLE component_version ADD COLUMN published_slug TEXT;

-- What the platform has taken down for good: nothing is published there again.
CREATE TABLE component_takedown (
    component_id BIGINT NOT NULL PRIMARY KEY REFERENCES component (id),
    reason       TEXT   NOT NULL,
    actor        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);

-- A component offered to another publisher.
CREATE TABLE transfer (
    id             {{id}},
    uid            TEXT   NOT NULL UNIQUE,      -- trf_…
    component_id   BIGINT NOT NULL REFERENCES component (id),
    slug           TEXT   NOT NULL,             -- its id and name as they were offered: what became of them since is its publisher's
    name           TEXT   NOT NULL,
    from_tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    to_tenant_id   BIGINT REFERENCES tenant (id),  -- null: there was no such tenant, which nobody is told
    to_tenant      TEXT   NOT NULL,             -- as it was named
    message        TEXT,
    status         TEXT   NOT NULL,             -- protocol::TransferStatus; pending also once it has expired
    offered_by     TEXT   NOT NULL,
    offered_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    decided_by     TEXT,
    decided_at     BIGINT
);
CREATE UNIQUE INDEX transfer_pending ON transfer (component_id) WHERE status = 'pending';
CREATE INDEX transfer_from ON transfer (from_tenant_id, id);
CREATE INDEX transfer_to ON transfer (to_tenant_id, id);

-- What tenants report of components: one open report for each tenant and component.
CREATE TABLE report (
    id           {{id}},
    uid          TEXT   NOT NULL UNIQUE,        -- rep_…
    component_id BIGINT NOT NULL REFERENCES component (id),
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    reporter     TEXT   NOT NULL,               -- the actor
    reason       TEXT   NOT NULL,               -- protocol::ReportReason
    details      TEXT,
    open         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    outcome      TEXT,                          -- protocol::ReportOutcome
    answer       TEXT,                          -- the platform's reason
    resolved_by  TEXT,
    resolved_at  BIGINT
);
CREATE UNIQUE INDEX report_open ON report (component_id, tenant_id) WHERE open = 1;
CREATE INDEX report_component ON report (component_id, open);
CREATE INDEX report_state ON report (open, id);

-- The mark of a tenant is either of these: the platform vouches for it, or it has proven a domain under the name it has.
ALTER TABLE tenant ADD COLUMN vouched BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN proven BIGINT NOT NULL DEFAULT 0;

-- Domains that tenants say are theirs.
CREATE TABLE tenant_domain (
    id            {{id}},
    tenant_id     BIGINT NOT NULL REFERENCES tenant (id),
    domain        TEXT   NOT NULL,              -- ASCII, lower case, without a dot at the end
    method        TEXT   NOT NULL,              -- protocol::VerificationMethod
    token         TEXT   NOT NULL,              -- what is to be found there; no secret
    proven_name   TEXT,                         -- the tenant's name when it was proven: another name has to prove it again
    proven_at     BIGINT,                       -- null: not proven, or not any more
    checked_at    BIGINT,
    next_check_at BIGINT,                       -- of what is proven
    failures      BIGINT NOT NULL DEFAULT 0,    -- in a row
    error         TEXT,                         -- of the last check
    created_at    BIGINT NOT NULL,
    UNIQUE (tenant_id, domain)
);
CREATE INDEX tenant_domain_due ON tenant_domain (next_check_at) WHERE next_check_at IS NOT NULL;
