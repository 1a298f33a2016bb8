-- Components and their versions. Lists read `component` alone; a version's row holds everything it published.

CREATE TABLE component (
    id                 {{id}},
    seq                BIGINT NOT NULL UNIQUE,  -- equals id. Every order ends in it: SQLite drops a tie-break that is the rowid from an index range
    kind               BIGINT NOT NULL,         -- protocol::Kind::code
    tenant_id          BIGINT NOT NULL REFERENCES tenant (id),
    slug               TEXT   NOT NULL,         -- the publisher's id
    visibility         TEXT   NOT NULL,         -- public | private: of what is served
    status             TEXT   NOT NULL,         -- protocol::Status
    status_reason      TEXT,
    listed             BIGINT NOT NULL,         -- 1: everyone may see it (public, published, not hidden)
    head_version_id    BIGINT,                  -- what is served; before the first approval, the latest submission
    pending_version_id BIGINT,                  -- a submission that waits while the head is served
    summary            TEXT   NOT NULL,         -- JSON: the head's publisher fields that lists show
    version            TEXT   NOT NULL,         -- of the head
    digest             TEXT   NOT NULL,         -- of the head
    name               TEXT   NOT NULL,
    name_key           TEXT   NOT NULL,         -- folded, for order and exact match
    category           TEXT,
    pricing_tier       BIGINT NOT NULL,
    maturity_level     TEXT,
    deprecated         TEXT,                    -- JSON {message, successor?}
    shared_with        TEXT,                    -- JSON array, as the publisher gave it
    origin             TEXT,                    -- JSON; set on what came by federation
    rating_sum         BIGINT NOT NULL DEFAULT 0,
    rating_count       BIGINT NOT NULL DEFAULT 0,
    average            {{real}},                -- plain mean; null when unrated
    rating_key         {{real}} GENERATED ALWAYS AS (COALESCE(average, 0)) STORED,  -- for the order by rating: unrated ones last
    tenant_mean_sum    {{real}} NOT NULL DEFAULT 0,  -- the sum of the means of the tenants that have it installed
    tenant_mean_count  BIGINT NOT NULL DEFAULT 0,
    install_count      BIGINT NOT NULL DEFAULT 0,    -- tenants that ever installed it
    rank               BIGINT NOT NULL DEFAULT 0,    -- popularity bucket 0..1023; see catalog/rank.rs
    search_key         BIGINT NOT NULL,         -- the row's place in the search indexes; see catalog/rank.rs
    ranked_at          BIGINT NOT NULL DEFAULT 0,    -- when the rank was last worked out
    indexed            TEXT,                         -- digest of what the labels and search indexes hold of it; null: nothing
    revision           BIGINT NOT NULL DEFAULT 1,    -- counts every change of the row: its ETag
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    UNIQUE (kind, tenant_id, slug)
);
CREATE INDEX component_slug ON component (kind, slug, seq) WHERE listed = 1;  -- unqualified ids; thousands may publish `atom_main`
CREATE INDEX component_tenant ON component (tenant_id, kind, seq);
-- One partial index per order of the public lists.
CREATE INDEX component_by_rank     ON component (kind, rank, seq)           WHERE listed = 1;
CREATE INDEX component_by_category ON component (kind, category, rank, seq) WHERE listed = 1;
CREATE INDEX component_by_updated  ON component (kind, updated_at, seq)     WHERE listed = 1;
CREATE INDEX component_by_rating   ON component (kind, rating_key, seq)     WHERE listed = 1;
CREATE INDEX component_by_created  ON component (kind, seq)                 WHERE listed = 1;
-- @postgres
CREATE INDEX component_by_name     ON component (kind, name_key COLLATE "C", seq) WHERE listed = 1;
-- @sqlite
CREATE INDEX component_by_name     ON component (kind, name_key, seq)       WHERE listed = 1;
-- @both
CREATE INDEX component_ranked ON component (ranked_at);

-- Private components that another tenant may see.
CREATE TABLE component_share (
    tenant_id    BIGINT NOT NULL REFERENCES tenant (id),
    component_id BIGINT NOT NULL REFERENCES component (id),
    PRIMARY KEY (tenant_id, component_id)
);
CREATE INDEX component_share_component ON component_share (component_id);

-- Capabilities and tags of the heads, in the order of the default list.
CREATE TABLE component_label (
    kind         BIGINT NOT NULL,
    label_type   BIGINT NOT NULL,               -- 1 capability, 2 tag
    label        TEXT   NOT NULL,
    listed       BIGINT NOT NULL,
    rank         BIGINT NOT NULL,
    component_id BIGINT NOT NULL REFERENCES component (id),
    PRIMARY KEY (kind, label_type, label, listed, rank, component_id)
-- @sqlite
) WITHOUT ROWID;
-- @postgres
);
-- @both
CREATE INDEX component_label_component ON component_label (component_id);

CREATE TABLE component_version (
    id             {{id}},
    uid            TEXT      NOT NULL UNIQUE,   -- `sub_…`: a public version is a submission first
    component_id   BIGINT    NOT NULL REFERENCES component (id),
    version        TEXT      NOT NULL,
    version_key    {{text}}  NOT NULL,          -- protocol::semver_ext::sort_key: byte order is semver order
    prerelease     BIGINT    NOT NULL,
    visibility     TEXT      NOT NULL,          -- public | private
    status         TEXT      NOT NULL,          -- protocol::Status
    digest         TEXT      NOT NULL,
    size           BIGINT    NOT NULL,          -- bytes of the manifest and the files
    findings       TEXT      NOT NULL,          -- JSON [Finding]
    risk           BIGINT    NOT NULL DEFAULT 0,
    raw            BIGINT    NOT NULL DEFAULT 0, -- 1: holds what sanitising would take out; its publisher's alone, whoever it is shared with
    yanked_at      BIGINT,
    yank_reason    TEXT,
    submitted_by   TEXT      NOT NULL,          -- the actor
    submitted_at   BIGINT    NOT NULL,
    published_at   BIGINT,                      -- when it became available
    decided_by     TEXT,
    decided_at     BIGINT,
    reason         TEXT,                        -- the reviewer's
    release_notes  TEXT,                        -- of the manifest, for the list of versions
    manifest       TEXT      NOT NULL           -- canonical JSON of the publisher's fields, files by path, size and SHA-256. Last: SQLite walks over it to any column behind
);
-- A number is spent once available, or while it waits; refused and superseded submissions free it. A private version that
-- waits to become public keeps its number: two rows then, until the approval makes them one.
CREATE UNIQUE INDEX component_version_number ON component_version (component_id, version, visibility)
    WHERE status IN ('published', 'pending_review', 'quarantined', 'withdrawn');
CREATE INDEX component_version_order ON component_version (component_id, version_key);
CREATE INDEX component_version_queue ON component_version (status, id) WHERE visibility = 'public';

CREATE TABLE component_file (
    version_id BIGINT    NOT NULL REFERENCES component_version (id),
    path       TEXT      NOT NULL,
    encoding   TEXT      NOT NULL,              -- as published: utf-8 | base64
    content    {{bytes}} NOT NULL,
    PRIMARY KEY (version_id, path)
);

-- What each version needs, with the publisher fixed at publish where it could be resolved.
CREATE TABLE component_dependency (
    version_id    BIGINT NOT NULL REFERENCES component_version (id),
    position      BIGINT NOT NULL,
    component_id  BIGINT NOT NULL REFERENCES component (id),  -- the component that needs it
    target_id     BIGINT REFERENCES component (id),           -- null: not resolved at publish
    target_kind   BIGINT NOT NULL,
    target_slug   TEXT   NOT NULL,
    target_tenant TEXT,                                       -- as the publisher named it
    requirement   TEXT   NOT NULL,                            -- semver range
    optional      BIGINT NOT NULL,
    PRIMARY KEY (version_id, position)
);
CREATE INDEX component_dependency_target ON component_dependency (target_id);

-- Full text. Contentless and `detail=none`; the rowid is the search_key, so that LIMIT stops at the most popular matches.
-- @sqlite
CREATE VIRTUAL TABLE search_head USING fts5 (body, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4 5',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* S* Co'");
CREATE VIRTUAL TABLE search_all USING fts5 (body, content = '', contentless_delete = 1, detail = none,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* S* Co'");
-- @postgres
CREATE TABLE search_doc (
    search_key BIGINT   NOT NULL PRIMARY KEY,
    head       TSVECTOR NOT NULL,
    body       TSVECTOR NOT NULL
);
CREATE INDEX search_doc_head ON search_doc USING gin (head);
CREATE INDEX search_doc_body ON search_doc USING gin (body);
-- @both
