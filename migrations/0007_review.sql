-- Manual review: the queue's order, who looks at what, and what reviewers and publishers say to each other.

-- The riskiest first, the oldest of those first.
CREATE INDEX component_version_risk ON component_version (status, risk DESC, id) WHERE visibility = 'public';

-- Who looks at a submission. A claim lapses by itself.
CREATE TABLE submission_claim (
    version_id BIGINT NOT NULL PRIMARY KEY REFERENCES component_version (id),
    reviewer   TEXT   NOT NULL,                 -- the actor
    until      BIGINT NOT NULL
);

CREATE TABLE submission_message (
    id         {{id}},
    uid        TEXT   NOT NULL UNIQUE,          -- msg_…
    version_id BIGINT NOT NULL REFERENCES component_version (id),
    side       TEXT   NOT NULL,                 -- protocol::review::MessageSide
    author     TEXT   NOT NULL,                 -- the actor
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX submission_message_thread ON submission_message (version_id, id);
