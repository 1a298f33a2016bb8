-- Signatures of bundles, the instance's keys, and the log of public changes that peers read.


-- What became different for the public, in the transaction that made it so. Peers follow the positions, which are given out
-- after the commit, without gaps; see federation/settler.rs.
CREATE TABLE component_change (
    id           {{id}},
    component_id BIGINT NOT NULL REFERENCES component (id),
    version_id   BIGINT,                        -- the version that became available, or was yanked
    action       TEXT   NOT NULL,               -- protocol::ChangeAction
    at           BIGINT NOT NULL,
    position     BIGINT UNIQUE,
    scope_before TEXT                           -- what filters saw of the component before this; null: nothing
);
CREATE INDEX component_change_waiting   ON component_change (id) WHERE position IS NULL;
CREATE INDEX component_change_component ON component_change (component_id, position);

-- The last position that was given out. One row, with the first change.
CREATE TABLE component_change_sequence (
    id   BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Which components a federation key reads: JSON {kinds, categories, tags}; null: all.
ALTER TABLE federation_key ADD COLUMN filters TEXT;
