-- Where revisions begin, and how far a withdrawal has come.

-- The revision that the inboxes of a project begin at: above all that inboxes of erased users have given out.
ALTER TABLE projects ADD COLUMN own_base INTEGER NOT NULL DEFAULT 0;

-- While it is being withdrawn: the last user whose item was removed. Items are passed in the order of users.
ALTER TABLE notifications ADD COLUMN withdrawn_up_to INTEGER NOT NULL DEFAULT 0;
