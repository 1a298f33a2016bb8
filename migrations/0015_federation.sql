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
