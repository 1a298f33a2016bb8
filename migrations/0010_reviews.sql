-- What is said about ratings: replies, flags, what the platform hides, and what the ratings come to.

ALTER TABLE rating ADD COLUMN reply TEXT;                            -- of the component's publisher
ALTER TABLE rating ADD COLUMN replied_at BIGINT;
ALTER TABLE rating ADD COLUMN flag_count BIGINT NOT NULL DEFAULT 0;  -- those the platform has not decided on
CREATE INDEX rating_flagged ON rating (id) WHERE flag_count > 0;

-- What members find wrong with a rating, until the platform decides.
CREATE TABLE rating_flag (
    rating_id  BIGINT NOT NULL REFERENCES rating (id),
    tenant_id  BIGINT NOT NULL REFERENCES tenant (id),
    author     TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rating_id, tenant_id, author)
);

-- Authors whose rating of a component is neither shown nor counted. It outlives the rating, so that deleting it and rating
-- again does not get around it.
CREATE TABLE rating_hidden (
    component_id BIGINT NOT NULL REFERENCES component (id),
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    author       TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    hidden_at    BIGINT NOT NULL,
    PRIMARY KEY (component_id, tenant_id, author)
);

-- 1: the tenant has the component installed, and its mean is in the component's sums.
ALTER TABLE rating_tenant ADD COLUMN installed BIGINT NOT NULL DEFAULT 0;

-- How often each rating was given, and the sum of those whose tenants have the component installed.
CREATE TABLE rating_total (
    component_id   BIGINT NOT NULL PRIMARY KEY REFERENCES component (id),
    stars_1        BIGINT NOT NULL,
    stars_2        BIGINT NOT NULL,
    stars_3        BIGINT NOT NULL,
    stars_4        BIGINT NOT NULL,
    stars_5        BIGINT NOT NULL,
    verified_sum   BIGINT NOT NULL,
    verified_count BIGINT NOT NULL
);
