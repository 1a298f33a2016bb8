-- Signatures of bundles, the instance's keys, and the log of public changes that peers read.

-- Who this marketplace is among others: one row, made once, never changed.
CREATE TABLE instance (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    uid        TEXT   NOT NULL,                 -- ins_…
    created_at BIGINT NOT NULL
);

-- What it signs with. The one that is not retired signs; what the others signed stays good.
CREATE TABLE instance_key (
    id         {{id}},
    keyid      TEXT      NOT NULL UNIQUE,
    public     {{bytes}} NOT NULL,              -- 32 bytes
    sealed     {{bytes}},                       -- the 32 bytes it follows from, sealed for its keyid; null once it is retired
    proof      TEXT,                            -- the envelope in which the key before it names it
    created_at BIGINT    NOT NULL,
    retired_at BIGINT
);
CREATE UNIQUE INDEX instance_key_present ON instance_key ((1)) WHERE retired_at IS NULL;

-- Signatures of bundles: made once, given to everyone.
CREATE TABLE version_signature (
    version_id BIGINT    NOT NULL PRIMARY KEY REFERENCES component_version (id),
    sha256     TEXT      NOT NULL,              -- of the bundle's bytes, hex
    size       BIGINT    NOT NULL,              -- of those
    keyid      TEXT      NOT NULL,
    signature  {{bytes}} NOT NULL               -- 64 bytes
);

-- The bytes of bundles that cannot be made again from what else is stored: those that came from other instances.
CREATE TABLE version_bundle (
    version_id BIGINT    NOT NULL PRIMARY KEY REFERENCES component_version (id),
    payload    {{bytes}} NOT NULL
);

-- What became different for the public, in the transaction that made it so. Peers follow the positions, which are given out
-- after the commit, without gaps; see federation/settler.rs.
CREATE TABLE component_change (
    id           {{id}},
    component_id BIGINT NOT NULL REFERENCES component (id),
    version_id   BIGINT,                        -- the version that became available, or was yanked
    action       TEXT   NOT NULL,               -- protocol::ChangeAction
    at           BIGINT NOT NULL,
    position     BIGINT UNIQUE,
    scope_before TEXT,                          -- what filters saw of the component before this; null: nothing
    there_before BIGINT                         -- 1: it was there before this
);
CREATE INDEX component_change_waiting   ON component_change (id) WHERE position IS NULL;
CREATE INDEX component_change_component ON component_change (component_id, position);

-- The last position that was given out. One row, with the first change.
CREATE TABLE component_change_sequence (
    id   BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- What the feed says of a component now: the record, signed by the instance it comes from.
CREATE TABLE component_record (
    component_id     BIGINT    NOT NULL PRIMARY KEY REFERENCES component (id),
    instance         TEXT      NOT NULL,        -- the instance it comes from, and its names there
    source_tenant_id TEXT      NOT NULL,
    slug             TEXT      NOT NULL,
    available        BIGINT    NOT NULL,        -- 1: it is there for those who read the feed
    withheld         BIGINT    NOT NULL,        -- 1: it came from elsewhere, and is not passed on, whatever its record says
    scope            TEXT      NOT NULL,        -- JSON of what filters see of it, or saw last
    versions         BIGINT    NOT NULL,        -- how many it names, and the bytes of their bundles
    size             BIGINT    NOT NULL,
    envelope         {{bytes}} NOT NULL
);

-- Which components a federation key reads, as JSON {kinds, categories, tags} (null: all), and whether its peer's totals count.
ALTER TABLE federation_key ADD COLUMN filters TEXT;
ALTER TABLE federation_key ADD COLUMN accept_totals BIGINT NOT NULL DEFAULT 0;

-- Where peers are told that the feed has grown.
CREATE TABLE federation_subscription (
    key_id     BIGINT NOT NULL PRIMARY KEY REFERENCES federation_key (id),
    url        TEXT   NOT NULL,
    told       BIGINT NOT NULL,                 -- the last position that it heard of
    due_at     BIGINT NOT NULL,                 -- not before
    failures   BIGINT NOT NULL DEFAULT 0,       -- in a row
    created_at BIGINT NOT NULL
);

-- What components come to on other instances, as each key told last.
CREATE TABLE federation_total (
    key_id       BIGINT NOT NULL REFERENCES federation_key (id),
    component_id BIGINT NOT NULL REFERENCES component (id),
    installs     BIGINT NOT NULL,
    rating_sum   BIGINT NOT NULL,
    rating_count BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (key_id, component_id)
);
-- Their sums.
ALTER TABLE component ADD COLUMN federated_installs     BIGINT NOT NULL DEFAULT 0;
ALTER TABLE component ADD COLUMN federated_rating_sum   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE component ADD COLUMN federated_rating_count BIGINT NOT NULL DEFAULT 0;
