-- Which categories reach an inbox. A choice is honoured when reading, so that it takes effect at once and for what was there before.

-- What an inbox has of each category, kept with every change. The numbers of what a user has turned off are in here and in the row of the
-- user as all others are: taking the one from the other costs no look at the items.
CREATE TABLE inbox_categories (
    user   INTEGER NOT NULL REFERENCES users,
    name   TEXT NOT NULL,
    -- 0 turned off, 1 turned on again; NULL as long as the user has chosen nothing, which is on too.
    wanted INTEGER,
    -- Items wherever they are, but for removed ones.
    stored INTEGER NOT NULL DEFAULT 0,
    -- As in the row of the user.
    unseen INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    total  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user, name)
) STRICT, WITHOUT ROWID;

INSERT INTO inbox_categories (user, name, stored, unseen, unread, total)
SELECT user, category, count(*), sum(place = 0 AND seen_at IS NULL), sum(place = 0 AND read_at IS NULL), sum(place = 0)
FROM items WHERE category IS NOT NULL AND place <> 3 GROUP BY user, category;

DROP TABLE category_counts;
