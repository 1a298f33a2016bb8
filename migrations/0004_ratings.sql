-- One rating per author and component; each tenant counts once in the ranking.

CREATE TABLE rating (
    id           {{id}},
    uid          TEXT   NOT NULL UNIQUE,        -- rate_…
    component_id BIGINT NOT NULL REFERENCES component (id),
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    author       TEXT   NOT NULL,               -- a member, a token's maker, or a satellite's user within its tenant
    rating       BIGINT NOT NULL,               -- 1..5
    review       TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (component_id, tenant_id, author)
);
CREATE INDEX rating_review ON rating (component_id, updated_at, id) WHERE review IS NOT NULL;

-- The running sum behind a tenant's mean, so that a rating costs the same however many there are.
CREATE TABLE rating_tenant (
    component_id BIGINT NOT NULL REFERENCES component (id),
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    rating_sum   BIGINT NOT NULL,
    rating_count BIGINT NOT NULL,
    PRIMARY KEY (component_id, tenant_id)
);
