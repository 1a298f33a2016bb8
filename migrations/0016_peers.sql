-- Instances that are pulled from, and what came from them.

CREATE TABLE peer (
    id            {{id}},
    uid           TEXT      NOT NULL UNIQUE,   -- peer_…
    name          TEXT      NOT NULL UNIQUE,   -- behind the `@` of the tenants that come from it; kept when it is deleted
    base_url      TEXT      NOT NULL,          -- the root of the instance, without a slash at its end
    key           {{bytes}} NOT NULL,          -- sealed federation key, bound to the row
    instance      TEXT      NOT NULL,          -- ins_…: who it said it was when it was paired
    policy        TEXT      NOT NULL,          -- protocol::PeerPolicy
    mirror        TEXT      NOT NULL,          -- protocol::PeerMirror
    filters       TEXT      NOT NULL,          -- JSON protocol::PeerFilters
    reexport      BIGINT    NOT NULL,
    share_totals  BIGINT    NOT NULL,
    schedule      BIGINT    NOT NULL,          -- seconds between two pulls
    status        TEXT      NOT NULL,          -- protocol::PeerStatus
    status_reason TEXT,
    deleted_at    BIGINT,                      -- nothing is pulled any more; what came from it is withdrawn
    feed_cursor   TEXT,                        -- where its feed goes on, as it gave it
    sequence      BIGINT    NOT NULL DEFAULT 0, -- the last entry that was dealt with
    head          BIGINT    NOT NULL DEFAULT 0, -- the highest sequence it has signed
    due_at        BIGINT    NOT NULL,          -- when it is pulled from next
    hinted        BIGINT    NOT NULL DEFAULT 0, -- how far its feed goes, as it has told since the last pull began
    subscribed_at BIGINT,                      -- when it was last asked to tell
    lease         TEXT      NOT NULL DEFAULT '', -- the node that pulls
    lease_until   BIGINT    NOT NULL DEFAULT 0,
    pulled_at     BIGINT,                      -- when it was last asked
    current_at    BIGINT,                      -- when there was last nothing more to pull
    error         TEXT,                        -- of the last pull
    failures      BIGINT    NOT NULL DEFAULT 0, -- in a row
    created_at    BIGINT    NOT NULL,
    updated_at    BIGINT    NOT NULL
);
CREATE INDEX peer_due ON peer (due_at) WHERE status = 'active' AND deleted_at IS NULL;

-- The instances whose components come from a peer: its own, and those that it vouches for. The label is what stands behind
-- the `@` of their tenants, and belongs to one instance for ever.
CREATE TABLE peer_origin (
    id         {{id}},
    peer_id    BIGINT NOT NULL REFERENCES peer (id),
    instance   TEXT   NOT NULL,
    name       TEXT   NOT NULL,                -- what it calls itself
    label      TEXT   NOT NULL UNIQUE,
    vouched    BIGINT NOT NULL,                -- 1: its keys are the peer's word
    UNIQUE (peer_id, instance)
);

CREATE TABLE peer_key (
    origin_id  BIGINT    NOT NULL REFERENCES peer_origin (id),
    keyid      TEXT      NOT NULL,
    public_key {{bytes}} NOT NULL,
    since      TEXT      NOT NULL,             -- RFC 3339, as its instance says: the latest that is not retired signs
    created_at BIGINT    NOT NULL,             -- when it was pinned here
    retired_at BIGINT,                         -- it verifies what it has signed before
    PRIMARY KEY (origin_id, keyid)
);

-- What was refused, and why. The same refusal again is counted; the oldest go when there are many.
CREATE TABLE peer_refusal (
    id             {{id}},
    uid            TEXT   NOT NULL UNIQUE,     -- ref_…
    peer_id        BIGINT NOT NULL REFERENCES peer (id),
    code           TEXT   NOT NULL,
    message        TEXT   NOT NULL,            -- for people
    instance       TEXT   NOT NULL,            -- the origin that was named; empty: none was
    kind           BIGINT NOT NULL,            -- 0: it is about no component
    tenant         TEXT   NOT NULL,
    slug           TEXT   NOT NULL,
    version        TEXT   NOT NULL,
    sequence       BIGINT,
    times          BIGINT NOT NULL,
    first_at       BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    UNIQUE (peer_id, code, instance, kind, tenant, slug, version)
);
CREATE INDEX peer_refusal_latest ON peer_refusal (peer_id, last_at, id);

-- Components that came from elsewhere.
CREATE TABLE mirror (
    component_id  BIGINT    NOT NULL PRIMARY KEY REFERENCES component (id),
    origin_id     BIGINT    NOT NULL REFERENCES peer_origin (id),
    remote        TEXT      NOT NULL,          -- the publisher by whom the peer knows it
    revision      BIGINT    NOT NULL,          -- of the record that was applied last: never a lower one again
    record        {{bytes}} NOT NULL,          -- that record's envelope, as the origin signed it
    held          TEXT,                        -- the reason with which the origin has it in quarantine
    apart         BIGINT    NOT NULL DEFAULT 0, -- 1: it was withdrawn without its origin's word: the same record brings it back
    incomplete    BIGINT    NOT NULL DEFAULT 0  -- 1: content of a version that its record names has not come
);
CREATE INDEX mirror_origin ON mirror (origin_id, component_id);
CREATE INDEX mirror_incomplete ON mirror (origin_id, component_id) WHERE incomplete = 1;

-- Their versions.
CREATE TABLE mirror_version (
    version_id    BIGINT    NOT NULL PRIMARY KEY REFERENCES component_version (id),
    component_id  BIGINT    NOT NULL REFERENCES component (id),
    bundle_sha256 TEXT      NOT NULL,          -- of the bundle's bytes, as the record says
    bundle_size   BIGINT    NOT NULL
);
CREATE INDEX mirror_version_component ON mirror_version (component_id);

-- Totals that were last told to origins.
CREATE TABLE mirror_total (
    component_id  BIGINT NOT NULL PRIMARY KEY REFERENCES component (id),
    installs      BIGINT NOT NULL,
    rating_sum    BIGINT NOT NULL,
    rating_count  BIGINT NOT NULL
);

-- Hints of peers that were believed, so that none is twice.
CREATE TABLE peer_hint (
    uid           TEXT   NOT NULL PRIMARY KEY,
    received_at   BIGINT NOT NULL
);

-- What versions need that is not here yet.
CREATE INDEX component_dependency_open ON component_dependency (target_kind, target_slug) WHERE target_id IS NULL;
