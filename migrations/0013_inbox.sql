-- How far the inbox of a tenant was read, by each person, or by the tenant's tokens that nobody in particular made.
CREATE TABLE inbox_read (
    tenant_id  BIGINT NOT NULL REFERENCES tenant (id),
    account_id BIGINT NOT NULL,                 -- 0: no account
    position   BIGINT NOT NULL,                 -- of the last event that was read
    PRIMARY KEY (tenant_id, account_id)
);
