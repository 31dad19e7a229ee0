-- Repeats among what is shared.

-- With what is shared, because it is looked for by each reader among what they have not settled.
ALTER TABLE shared ADD COLUMN group_key TEXT;

UPDATE shared SET group_key = n.group_key FROM notifications n WHERE n.key = shared.notification AND n.group_key IS NOT NULL;
-- What was settled before could not be repeated.
UPDATE items SET group_key = n.group_key FROM notifications n
WHERE n.key = items.notification AND items.shared > 0 AND n.group_key IS NOT NULL;

CREATE INDEX shared_grouped ON shared (project, came) WHERE group_key IS NOT NULL AND removed_at IS NULL;
