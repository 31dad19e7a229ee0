-- When something is sent, once, and for how long it is kept.

-- "BELL": tells a database of this program from others.
PRAGMA application_id = 1111837772;

-- How long a project keeps what was sent; NULL is for good, which is what projects that are there already were promised.
ALTER TABLE projects ADD COLUMN retention_ms INTEGER;

-- What has yet to be sent. Its notification is there already, dated to that moment; items come then.
CREATE TABLE scheduled (
    notification INTEGER PRIMARY KEY REFERENCES notifications,
    send_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX scheduled_by_time ON scheduled (send_at);

-- Ids and not rows of users: who has never received anything has none before something is sent.
CREATE TABLE scheduled_recipients (
    notification INTEGER NOT NULL REFERENCES scheduled,
    user_id      TEXT NOT NULL,
    PRIMARY KEY (notification, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX scheduled_recipients_by_user ON scheduled_recipients (user_id);

-- A key is for one notification, or for a batch.
CREATE TABLE idempotency_keys_of_both (
    project      INTEGER NOT NULL REFERENCES projects,
    text         TEXT NOT NULL,
    fingerprint  BLOB NOT NULL,
    -- The one that was sent, and to how many; NULL for a batch.
    notification BLOB,
    recipients   INTEGER,
    -- The answer to a batch, as it was given; NULL while it is being sent.
    answer       TEXT,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (project, text)
) STRICT, WITHOUT ROWID;

INSERT INTO idempotency_keys_of_both (project, text, fingerprint, notification, recipients, created_at)
SELECT project, text, fingerprint, notification, recipients, created_at FROM idempotency_keys;

DROP TABLE idempotency_keys;
ALTER TABLE idempotency_keys_of_both RENAME TO idempotency_keys;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- What of a batch was sent, as long as it has no answer: a crash in the middle is gone on from.
CREATE TABLE batch_entries (
    project      INTEGER NOT NULL,
    text         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    notification BLOB NOT NULL,
    recipients   INTEGER NOT NULL,
    PRIMARY KEY (project, text, position),
    FOREIGN KEY (project, text) REFERENCES idempotency_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Sessions of an erased user end, although nothing is left to say so: a hash of the id is kept for as long as they would live.
CREATE TABLE erased_users (
    project   INTEGER NOT NULL REFERENCES projects,
    digest    BLOB NOT NULL,
    erased_at INTEGER NOT NULL,
    PRIMARY KEY (project, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX erased_users_by_age ON erased_users (erased_at);

-- Inboxes that belong to nobody any more, and are removed piece by piece.
CREATE TABLE abandoned_inboxes (
    user INTEGER PRIMARY KEY REFERENCES users
) STRICT;

-- Who is erased, or asks what is held about them, is looked for by their id.
CREATE INDEX audit_by_subject ON audit (subject);
