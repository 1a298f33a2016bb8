-- How people sign in.

-- When the person took up their invitation, by the tenant's own link; before that they may do nothing there. An account whose
-- email address somebody else signed up with is thereby no way in.
ALTER TABLE member ADD COLUMN joined_at BIGINT;

CREATE TABLE account_session (
    id         {{id}},
    uid        TEXT      NOT NULL UNIQUE,       -- ses_…
    account_id BIGINT    NOT NULL REFERENCES account (id),
    hash       {{bytes}} NOT NULL UNIQUE,       -- SHA-256 of the cookie
    tenant_id  BIGINT    REFERENCES tenant (id), -- the one it acts for where a request names none
    address    TEXT      NOT NULL,              -- where it was begun from
    user_agent TEXT      NOT NULL,
    created_at BIGINT    NOT NULL,
    used_at    BIGINT    NOT NULL
);
CREATE INDEX account_session_account ON account_session (account_id, id);
CREATE INDEX account_session_used    ON account_session (used_at);

-- One-time links: each names what it is good for, and is deleted by its use.
CREATE TABLE account_link (
    id         {{id}},
    hash       {{bytes}} NOT NULL UNIQUE,       -- SHA-256 of the token in the link
    purpose    TEXT      NOT NULL,              -- invitation | password_reset | sign_up
    account_id BIGINT    REFERENCES account (id), -- whose password it sets; none for a sign-up
    tenant_id  BIGINT    REFERENCES tenant (id),  -- where an invitation leads to
    created_at BIGINT    NOT NULL,
    expires_at BIGINT    NOT NULL
);
CREATE INDEX account_link_account ON account_link (account_id, purpose);
CREATE INDEX account_link_expiry  ON account_link (expires_at);

-- What is counted against guessing, in fixed windows that hold over all nodes.
CREATE TABLE account_throttle (
    subject      TEXT   NOT NULL PRIMARY KEY,   -- what is counted, and for whom: an address, or SHA-256 of an email
    window_start BIGINT NOT NULL,
    used         BIGINT NOT NULL
);
CREATE INDEX account_throttle_age ON account_throttle (window_start);

-- Mail that waits to be sent; a row is deleted once its message is accepted or given up.
CREATE TABLE mail (
    id          {{id}},
    uid         TEXT      NOT NULL UNIQUE,      -- mail_…: also the Message-ID, the same on every try
    recipient   TEXT      NOT NULL,
    sealed      {{bytes}} NOT NULL,             -- subject and text: they hold a one-time link
    attempts    BIGINT    NOT NULL DEFAULT 0,
    next_at     BIGINT    NOT NULL,             -- when it is tried next; while a node tries, when another may
    created_at  BIGINT    NOT NULL
);
CREATE INDEX mail_due ON mail (next_at);
