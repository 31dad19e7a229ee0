-- What became of each notification. Counted when it happens, so that it stays right after its items are gone.

-- What was ever done with an item, as bits: 1 seen, 2 read, 4 clicked, 8 archived. Each counts once, whatever is taken back.
ALTER TABLE items ADD COLUMN happened INTEGER NOT NULL DEFAULT 0;

UPDATE items SET happened = (seen_at IS NOT NULL) + 2 * (read_at IS NOT NULL) + 8 * (archived_at IS NOT NULL)
WHERE seen_at IS NOT NULL OR read_at IS NOT NULL OR archived_at IS NOT NULL;

CREATE TABLE tallies (
    notification INTEGER PRIMARY KEY REFERENCES notifications ON DELETE CASCADE,
    seen         INTEGER NOT NULL,
    read         INTEGER NOT NULL,
    clicked      INTEGER NOT NULL,
    archived     INTEGER NOT NULL
) STRICT;

INSERT INTO tallies (notification, seen, read, clicked, archived)
SELECT notification, sum(seen_at IS NOT NULL), sum(read_at IS NOT NULL), 0, sum(archived_at IS NOT NULL)
FROM items WHERE happened <> 0 GROUP BY notification;

-- How many users used each action.
CREATE TABLE action_tallies (
    notification INTEGER NOT NULL REFERENCES notifications ON DELETE CASCADE,
    action       TEXT NOT NULL,
    users        INTEGER NOT NULL,
    PRIMARY KEY (notification, action)
) STRICT, WITHOUT ROWID;

INSERT INTO action_tallies (notification, action, users)
SELECT i.notification, done.value, count(*) FROM items i, json_each(i.actions_done) done
WHERE i.actions_done IS NOT NULL GROUP BY i.notification, done.value;

ALTER TABLE notifications ADD COLUMN withdrawn_at INTEGER;
-- Whether items of it may still be there although it was withdrawn.
ALTER TABLE notifications ADD COLUMN withdrawing INTEGER NOT NULL DEFAULT 0;

CREATE INDEX notifications_withdrawing ON notifications (key) WHERE withdrawing = 1;
CREATE INDEX notifications_by_time ON notifications (project, created_at, id);
CREATE INDEX notifications_by_category ON notifications (project, category, created_at, id) WHERE category IS NOT NULL;
CREATE INDEX notifications_by_type ON notifications (project, type, created_at, id) WHERE type IS NOT NULL;
