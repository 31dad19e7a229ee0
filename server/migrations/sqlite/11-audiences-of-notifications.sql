-- To whom a notification was sent, for those who sent it: known for as long as the notification is.

ALTER TABLE notifications ADD COLUMN topic TEXT;
ALTER TABLE notifications ADD COLUMN is_for_everyone INTEGER NOT NULL DEFAULT 0;

UPDATE notifications SET topic = t.name FROM shared s JOIN topics t ON t.key = s.topic WHERE s.notification = notifications.key;
UPDATE notifications SET is_for_everyone = 1 FROM shared s WHERE s.notification = notifications.key AND s.topic IS NULL;
UPDATE notifications SET topic = s.topic, is_for_everyone = s.is_for_everyone FROM scheduled s WHERE s.notification = notifications.key;

CREATE INDEX notifications_by_topic ON notifications (project, topic, created_at, id) WHERE topic IS NOT NULL;
