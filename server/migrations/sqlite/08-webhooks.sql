-- Where a project's backend is told what its users do.

CREATE TABLE webhooks (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    project         INTEGER NOT NULL REFERENCES projects,
    url             TEXT NOT NULL,
    description     TEXT,
    -- Which events it is told of, as bits.
    events          INTEGER NOT NULL,
    enabled         INTEGER NOT NULL,
    -- When it answered that it is gone.
    gone_at         INTEGER,
    sealed_secret   BLOB NOT NULL,
    -- The secret before it, while it still signs too.
    previous_sealed BLOB,
    previous_until  INTEGER,
    created_at      INTEGER NOT NULL,
    -- It is there for nobody any more; what is left of its deliveries goes piece by piece, and then the row.
    removed_at      INTEGER
) STRICT;

CREATE INDEX webhooks_by_project ON webhooks (project);

-- What is to be told, and what was: written in the transaction of what it tells of.
CREATE TABLE webhook_deliveries (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook         INTEGER NOT NULL REFERENCES webhooks,
    -- The webhook-id of the message: the same in every attempt.
    id              BLOB NOT NULL,
    -- Whom it tells of, so that it goes with the user.
    user            INTEGER REFERENCES users ON DELETE CASCADE,
    type            TEXT NOT NULL,
    body            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    -- 0 pending, 1 delivered, 2 failed.
    status          INTEGER NOT NULL DEFAULT 0,
    -- When it is tried next. During an attempt: when somebody else may try, because whoever did has ended.
    due_at          INTEGER,
    -- When it is not tried again.
    give_up_at      INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- Attempts since it was written or replayed: what the next wait goes by.
    tries           INTEGER NOT NULL DEFAULT 0,
    last_attempt_at INTEGER,
    last_status     INTEGER,
    last_error      TEXT,
    last_answer     TEXT,
    UNIQUE (webhook, id)
) STRICT;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (webhook, status, id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_by_user ON webhook_deliveries (user) WHERE user IS NOT NULL;
