-- What automated checks found, run by run, and the runs of changed rules over what is published.

-- How an id reads, and that from behind: an id that looks like another one, or is one edit away, begins or ends like it.
ALTER TABLE component ADD COLUMN id_key      {{text}} NOT NULL DEFAULT '';
ALTER TABLE component ADD COLUMN id_key_back {{text}} NOT NULL DEFAULT '';
-- Of established components alone: few, so that publishing writes nothing here.
CREATE INDEX component_id_key      ON component (kind, id_key)      WHERE listed = 1 AND install_count >= 5;
CREATE INDEX component_id_key_back ON component (kind, id_key_back) WHERE listed = 1 AND install_count >= 5;

CREATE TABLE check_sweep (                     -- the checks run again over what is published
    id          {{id}},
    uid         TEXT   NOT NULL UNIQUE,        -- chk_…
    rules       TEXT   NOT NULL,               -- checks::Policy::version
    state       TEXT   NOT NULL,               -- protocol::CheckRunState
    reached     BIGINT NOT NULL,               -- the key of the version looked at last
    last        BIGINT NOT NULL,               -- the key of the last one to look at
    total       BIGINT NOT NULL,
    checked     BIGINT NOT NULL DEFAULT 0,
    blocked     BIGINT NOT NULL DEFAULT 0,     -- versions by their gravest finding
    queued      BIGINT NOT NULL DEFAULT 0,
    noted       BIGINT NOT NULL DEFAULT 0,
    started_by  TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX check_sweep_running ON check_sweep (state) WHERE state = 'running';

CREATE TABLE check_run (
    id         {{id}},
    version_id BIGINT NOT NULL REFERENCES component_version (id),
    sweep_id   BIGINT REFERENCES check_sweep (id),  -- null: the publish itself
    at         BIGINT NOT NULL,
    rules      TEXT   NOT NULL,
    gravest    BIGINT NOT NULL,                -- 0 nothing, 1 note, 2 queue, 3 block
    findings   TEXT   NOT NULL,                -- JSON [Finding]
    surface    TEXT   NOT NULL                 -- JSON checks::Surface: what a later version is held against
);
CREATE INDEX check_run_version ON check_run (version_id, id);
CREATE INDEX check_run_sweep   ON check_run (sweep_id, id) WHERE gravest >= 2;
