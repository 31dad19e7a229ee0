-- Categories that a project has declared. What was never declared is on until a user turns it off.

CREATE TABLE categories (
    project     INTEGER NOT NULL REFERENCES projects,
    name        TEXT NOT NULL,
    -- What readers call it, by locale, as JSON.
    names       TEXT NOT NULL,
    description TEXT,
    -- Whether it reaches an inbox whose user has chosen nothing.
    is_default  INTEGER NOT NULL,
    -- Whether it reaches every inbox, whatever a user has chosen, before or since.
    is_locked   INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

-- What does not reach an inbox: turned off by its user, or by default, unless it cannot be.
CREATE VIEW categories_off AS
SELECT c.user, c.name
FROM inbox_categories c JOIN users u ON u.key = c.user
LEFT JOIN categories d ON d.project = u.project AND d.name = c.name
WHERE coalesce(d.is_locked, 0) = 0 AND coalesce(c.wanted, d.is_default, 1) = 0;
