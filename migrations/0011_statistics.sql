-- What components are used for, by day. A day is a number of days since 1970-01-01, UTC.

CREATE TABLE statistic (
    component_id BIGINT NOT NULL REFERENCES component (id),
    day          BIGINT NOT NULL,
    version      TEXT   NOT NULL,
    plan         BIGINT NOT NULL,             -- protocol::Plan::code, of the tenant when it installed this version
    installs     BIGINT NOT NULL,             -- tenants that had never installed it before
    uninstalls   BIGINT NOT NULL,             -- tenants that had never uninstalled it before
    active       BIGINT NOT NULL,             -- by how many the tenants that have it became more
    executions   BIGINT NOT NULL,
    successes    BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    PRIMARY KEY (component_id, day, version, plan)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
CREATE INDEX statistic_day ON statistic (day);

-- The same since ever: it outlives the days.
CREATE TABLE statistic_total (
    component_id BIGINT NOT NULL REFERENCES component (id),
    version      TEXT   NOT NULL,
    plan         BIGINT NOT NULL,
    installs     BIGINT NOT NULL,
    uninstalls   BIGINT NOT NULL,
    active       BIGINT NOT NULL,
    executions   BIGINT NOT NULL,
    successes    BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    PRIMARY KEY (component_id, version, plan)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both

-- As what each tenant that ever installed a component is counted: under which version and plan, and whether it has it now.
CREATE TABLE statistic_tenant (
    component_id BIGINT NOT NULL REFERENCES component (id),
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    version      TEXT   NOT NULL,
    plan         BIGINT NOT NULL,
    active       BIGINT NOT NULL,
    has_left     BIGINT NOT NULL,             -- 1: it has uninstalled it at least once
    PRIMARY KEY (component_id, tenant_id)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both

-- Ratings by the day they were first given, as they are now.
CREATE TABLE statistic_rating (
    component_id BIGINT NOT NULL REFERENCES component (id),
    day          BIGINT NOT NULL,
    rating_count BIGINT NOT NULL,
    rating_sum   BIGINT NOT NULL,
    PRIMARY KEY (component_id, day)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
CREATE INDEX statistic_rating_day ON statistic_rating (day);

-- The instances of each tenant that report usage, and the running totals that each said last.
CREATE TABLE usage_instance (
    id          {{id}},
    tenant_id   BIGINT NOT NULL REFERENCES tenant (id),
    name        TEXT   NOT NULL,
    reported_at BIGINT NOT NULL,
    UNIQUE (tenant_id, name)
);
CREATE INDEX usage_instance_silent ON usage_instance (reported_at);
CREATE TABLE usage_report (
    instance_id  BIGINT NOT NULL REFERENCES usage_instance (id),
    component_id BIGINT NOT NULL REFERENCES component (id),
    executions   BIGINT NOT NULL,
    successes    BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    PRIMARY KEY (instance_id, component_id)
);
