-- Repeats that are folded into one item.

ALTER TABLE notifications ADD COLUMN group_key TEXT;

-- With the item, because it is looked for in one inbox, and each reader has a count of their own.
ALTER TABLE items ADD COLUMN group_key TEXT;
ALTER TABLE items ADD COLUMN group_count INTEGER NOT NULL DEFAULT 1;

-- What another may take the place of: as a rule one item, whatever the inbox holds.
CREATE INDEX items_by_group ON items (user, group_key) WHERE group_key IS NOT NULL AND place = 0 AND read_at IS NULL;
