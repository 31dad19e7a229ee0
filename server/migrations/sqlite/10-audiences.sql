-- What is sent to a topic or to everyone: one row, merged into each inbox when it is read.

-- Raised by each shared notification that comes, is withdrawn or expires.
ALTER TABLE projects ADD COLUMN shared_revision INTEGER NOT NULL DEFAULT 0;
-- Tombstones of shared notifications up to this revision have been forgotten.
ALTER TABLE projects ADD COLUMN shared_floor INTEGER NOT NULL DEFAULT 0;
-- How many users there are rows of.
ALTER TABLE projects ADD COLUMN user_count INTEGER NOT NULL DEFAULT 0;

UPDATE projects SET user_count = (SELECT count(*) FROM users WHERE project = projects.key);

-- By triggers, because users come and go in more than one place.
CREATE TRIGGER a_user_comes AFTER INSERT ON users BEGIN
    UPDATE projects SET user_count = user_count + 1 WHERE key = NEW.project;
END;

CREATE TRIGGER a_user_goes AFTER DELETE ON users BEGIN
    UPDATE projects SET user_count = user_count - 1 WHERE key = OLD.project;
END;

CREATE TABLE topics (
    key         INTEGER PRIMARY KEY,
    project     INTEGER NOT NULL REFERENCES projects,
    name        TEXT NOT NULL,
    subscribers INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project, name)
) STRICT;

-- A subscription is an interval of shared revisions: what came after its beginning and not after its end was received,
-- and is kept.
CREATE TABLE subscriptions (
    user    INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    topic   INTEGER NOT NULL REFERENCES topics,
    since   INTEGER NOT NULL,
    -- NULL as long as it goes on.
    until   INTEGER,
    -- That of the user, so that subscribers are listed by it from an index.
    user_id TEXT NOT NULL,
    PRIMARY KEY (user, topic, since)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX subscribers ON subscriptions (topic, user_id) WHERE until IS NULL;

CREATE TRIGGER a_subscription_begins AFTER INSERT ON subscriptions WHEN NEW.until IS NULL BEGIN
    UPDATE topics SET subscribers = subscribers + 1 WHERE key = NEW.topic;
END;

CREATE TRIGGER a_subscription_changes AFTER UPDATE OF until ON subscriptions BEGIN
    UPDATE topics SET subscribers = subscribers + (NEW.until IS NULL) - (OLD.until IS NULL) WHERE key = NEW.topic;
END;

CREATE TRIGGER a_subscription_goes AFTER DELETE ON subscriptions WHEN OLD.until IS NULL BEGIN
    UPDATE topics SET subscribers = subscribers - 1 WHERE key = OLD.topic;
END;

CREATE TABLE shared (
    notification INTEGER PRIMARY KEY REFERENCES notifications,
    project      INTEGER NOT NULL REFERENCES projects,
    -- NULL for everyone.
    topic        INTEGER REFERENCES topics,
    -- The shared revision it came with, and the one of its last change.
    came         INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    -- As in `items`, for whoever has no item of it yet.
    position     INTEGER NOT NULL,
    category     TEXT,
    -- When it expires.
    due_at       INTEGER,
    removed_at   INTEGER
) STRICT;

-- With all that the numbers and the order of a list need.
CREATE INDEX shared_with_everyone ON shared (project, came, position, category)
    WHERE topic IS NULL AND removed_at IS NULL;
CREATE INDEX shared_with_topic ON shared (topic, came, position, category)
    WHERE topic IS NOT NULL AND removed_at IS NULL;
CREATE INDEX shared_due ON shared (due_at) WHERE due_at IS NOT NULL;
-- By age, for projects that keep what was sent for a time.
CREATE INDEX shared_by_time ON shared (project, position);
CREATE INDEX shared_gone ON shared (project, revision) WHERE removed_at IS NOT NULL;
CREATE INDEX shared_removed ON shared (removed_at) WHERE removed_at IS NOT NULL;

-- Up to this shared revision, whatever the user received has an item of its own.
ALTER TABLE users ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
-- The shared revision that the notification came with; 0 if it was sent to the user by name.
ALTER TABLE items ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;

CREATE INDEX items_shared ON items (user, shared) WHERE revision = 0;

-- What is sent later to a topic or to everyone has no recipients yet.
ALTER TABLE scheduled ADD COLUMN topic TEXT;
ALTER TABLE scheduled ADD COLUMN is_for_everyone INTEGER NOT NULL DEFAULT 0;
