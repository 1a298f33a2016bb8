-- What each tenant has installed.

CREATE TABLE installation (
    id           {{id}},
    uid          TEXT   NOT NULL UNIQUE,        -- inst_…
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    component_id BIGINT NOT NULL REFERENCES component (id),
    kind         BIGINT NOT NULL,
    version_id   BIGINT NOT NULL REFERENCES component_version (id),
    as_dependency BIGINT NOT NULL,              -- 1: came along with another one
    settings     TEXT   NOT NULL,               -- JSON object
    secrets      {{bytes}},                     -- sealed JSON object of API keys; bound to tenant and row
    secret_names TEXT   NOT NULL,               -- JSON array: which keys are set
    installed_by TEXT   NOT NULL,
    installed_at BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    removed_at   BIGINT,                        -- an uninstalled row stays, so that installing again counts once
    UNIQUE (tenant_id, component_id)
);
CREATE INDEX installation_tenant ON installation (tenant_id, kind, id) WHERE removed_at IS NULL;
CREATE INDEX installation_recent ON installation (tenant_id, installed_at, id) WHERE removed_at IS NULL;
CREATE INDEX installation_component ON installation (component_id);

-- What installed versions bring and ask for, so that neither needs their manifests.
CREATE TABLE installation_capability (
    tenant_id       BIGINT NOT NULL REFERENCES tenant (id),
    capability      TEXT   NOT NULL,
    needed          BIGINT NOT NULL,            -- 0: the installation has it; 1: it asks for it
    installation_id BIGINT NOT NULL REFERENCES installation (id),
    PRIMARY KEY (tenant_id, capability, needed, installation_id)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
CREATE INDEX installation_capability_installation ON installation_capability (installation_id);
