-- Who else may say who somebody is, and who changed what about keys, projects and users.

-- Sessions of this project that began before this moment have ended.
ALTER TABLE projects ADD COLUMN issued_before INTEGER NOT NULL DEFAULT 0;

-- Both kinds there were meant every kind there is.
UPDATE projects SET proofs = '["hmac","hmac-v2","jwt"]' WHERE proofs = '["hmac","hmac-v2"]';

CREATE TABLE providers (
    key        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    project    INTEGER NOT NULL REFERENCES projects,
    name       TEXT NOT NULL,
    -- users or sending, never both.
    purpose    TEXT NOT NULL,
    jwks_url   TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    audience   TEXT,
    user_claim TEXT NOT NULL,
    required   TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project, name)
) STRICT;

-- Only ever added to. The project is named by its id, so that an entry says the same after the project has gone.
CREATE TABLE audit (
    key     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    project TEXT,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_time ON audit (at);

-- One row for each hour and reason: an attacker makes numbers grow, and not the database.
CREATE TABLE failed_proofs (
    hour    INTEGER NOT NULL,
    project TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (hour, project, reason)
) STRICT, WITHOUT ROWID;
