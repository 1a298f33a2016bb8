-- Tenants that leave: their row stays, since ids are never given again and their record is kept.
ALTER TABLE tenant ADD COLUMN closing_at BIGINT;  -- since when it is being deleted: nothing may be done there any more
ALTER TABLE tenant ADD COLUMN deleted_at BIGINT;  -- when all that it had was gone
CREATE INDEX tenant_closing ON tenant (id) WHERE closing_at IS NOT NULL AND deleted_at IS NULL;
