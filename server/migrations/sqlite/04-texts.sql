-- What is said in several languages.

-- The language of those whose own is not among the texts.
ALTER TABLE projects ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';

-- By locale, what the columns title, body and actions say; those are in the project's language of the moment it was sent.
ALTER TABLE notifications ADD COLUMN texts TEXT;

CREATE TABLE templates (
    project    INTEGER NOT NULL REFERENCES projects,
    type       TEXT NOT NULL,
    locale     TEXT NOT NULL,
    texts      TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (project, type, locale)
) STRICT, WITHOUT ROWID;
