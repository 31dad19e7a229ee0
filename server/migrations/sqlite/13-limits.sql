-- How much is shared with one audience, and how many topics a project has: both are bounded.

-- What is to be sent to an audience counts as well.
CREATE INDEX scheduled_by_topic ON scheduled (topic) WHERE topic IS NOT NULL;
CREATE INDEX scheduled_for_everyone ON scheduled (notification) WHERE is_for_everyone = 1;

ALTER TABLE projects ADD COLUMN topic_count INTEGER NOT NULL DEFAULT 0;

UPDATE projects SET topic_count = (SELECT count(*) FROM topics WHERE project = projects.key);

CREATE TRIGGER a_topic_comes AFTER INSERT ON topics BEGIN
    UPDATE projects SET topic_count = topic_count + 1 WHERE key = NEW.project;
END;

CREATE TRIGGER a_topic_goes AFTER DELETE ON topics BEGIN
    UPDATE projects SET topic_count = topic_count - 1 WHERE key = OLD.project;
END;

-- Topics that nobody may be in any more, and that nothing may be left of: looked at, and removed piece by piece.
CREATE TABLE emptied_topics (
    topic INTEGER PRIMARY KEY REFERENCES topics
) STRICT;

INSERT INTO emptied_topics (topic) SELECT key FROM topics WHERE subscribers = 0;

CREATE TRIGGER a_topic_is_left AFTER UPDATE OF subscribers ON topics WHEN NEW.subscribers = 0 BEGIN
    INSERT INTO emptied_topics (topic) VALUES (NEW.key) ON CONFLICT (topic) DO NOTHING;
END;

CREATE TRIGGER what_a_topic_had_goes AFTER DELETE ON shared WHEN OLD.topic IS NOT NULL BEGIN
    INSERT INTO emptied_topics (topic) VALUES (OLD.topic) ON CONFLICT (topic) DO NOTHING;
END;

-- For removing a topic, which nothing may refer to.
CREATE INDEX shared_by_topic ON shared (topic) WHERE topic IS NOT NULL;
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
