-- Whether anybody has turned a category off.
CREATE INDEX inbox_categories_chosen ON inbox_categories (name, wanted) WHERE wanted IS NOT NULL;
