-- Lists of one category, and without those that are turned off: without it, a list passes over all that it does not show.
CREATE INDEX items_by_category ON items (user, category, place, position, notification);
