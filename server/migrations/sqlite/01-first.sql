-- Times are milliseconds since the Unix epoch. A key is an integer of this database alone; an id is what others see.

CREATE TABLE incarnation (
    text TEXT NOT NULL
) STRICT;

CREATE TABLE projects (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT NOT NULL UNIQUE,
    name                 TEXT NOT NULL UNIQUE,
    api_key              TEXT NOT NULL UNIQUE,
    sealed_secret        BLOB NOT NULL,
    secret_fingerprint   BLOB NOT NULL,
    -- The secret before it, while it is still accepted.
    previous_sealed      BLOB,
    previous_fingerprint BLOB,
    previous_until       INTEGER,
    proofs               TEXT NOT NULL,
    user_id_rule         TEXT NOT NULL,
    origins              TEXT NOT NULL,
    epoch                INTEGER NOT NULL DEFAULT 0,
    created_at           INTEGER NOT NULL
) STRICT;


CREATE TABLE backend_keys (
    key          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    project      INTEGER NOT NULL REFERENCES projects,
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

CREATE INDEX backend_keys_by_project ON backend_keys (project);

CREATE TABLE session_keys (
    id         TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ended_sessions (
    id    TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_sessions_by_end ON ended_sessions (until);

-- A row comes with the first notification, or when a user is cut off. The numbers are those of the view `all`, kept with every change so that
-- reading them costs the same however full an inbox is.
CREATE TABLE users (
    key            INTEGER PRIMARY KEY,
    project        INTEGER NOT NULL REFERENCES projects,
    id             TEXT NOT NULL,
    -- Raised to end every session at once.
    epoch          INTEGER NOT NULL DEFAULT 0,
    -- Sessions that began before this moment have ended.
    issued_before  INTEGER NOT NULL DEFAULT 0,
    blocked        INTEGER NOT NULL DEFAULT 0,
    -- Whether the plain HMAC of this user is no longer taken.
    plain_hmac_off INTEGER NOT NULL DEFAULT 0,
    revision       INTEGER NOT NULL DEFAULT 0,
    -- Tombstones up to this revision have been forgotten.
    floor          INTEGER NOT NULL DEFAULT 0,
    unseen         INTEGER NOT NULL DEFAULT 0,
    unread         INTEGER NOT NULL DEFAULT 0,
    total          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project, id)
) STRICT;

CREATE TABLE category_counts (
    user     INTEGER NOT NULL REFERENCES users,
    category TEXT NOT NULL,
    unread   INTEGER NOT NULL,
    PRIMARY KEY (user, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB NOT NULL UNIQUE,
    project    INTEGER NOT NULL REFERENCES projects,
    type       TEXT,
    category   TEXT,
    title      TEXT NOT NULL,
    body       TEXT,
    url        TEXT,
    icon       TEXT,
    image      TEXT,
    actions    TEXT,
    data       TEXT,
    priority   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    recipients INTEGER NOT NULL
) STRICT;

CREATE TABLE items (
    user          INTEGER NOT NULL REFERENCES users,
    notification  INTEGER NOT NULL REFERENCES notifications,
    revision      INTEGER NOT NULL,
    -- The revision it came with, or came back with: what a mark up to a revision goes by.
    arrived       INTEGER NOT NULL,
    -- 0 inbox, 1 archived, 2 snoozed, 3 removed.
    place         INTEGER NOT NULL DEFAULT 0,
    -- What lists are sorted by: when it came, or came back from being snoozed.
    position      INTEGER NOT NULL,
    category      TEXT,
    seen_at       INTEGER,
    read_at       INTEGER,
    archived_at   INTEGER,
    snoozed_until INTEGER,
    actions_done  TEXT,
    -- When time itself changes it next: it expires, or comes back.
    due_at        INTEGER,
    removed_at    INTEGER,
    PRIMARY KEY (user, notification)
) STRICT, WITHOUT ROWID;

CREATE INDEX items_by_place ON items (user, place, position, notification);
CREATE INDEX items_unread ON items (user, position, notification) WHERE place = 0 AND read_at IS NULL;
CREATE INDEX items_by_revision ON items (user, revision);
CREATE INDEX items_by_notification ON items (notification);
CREATE INDEX items_due ON items (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX items_removed ON items (removed_at) WHERE removed_at IS NOT NULL;

CREATE TABLE idempotency_keys (
    project      INTEGER NOT NULL REFERENCES projects,
    text         TEXT NOT NULL,
    fingerprint  BLOB NOT NULL,
    notification BLOB NOT NULL,
    recipients   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (project, text)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
