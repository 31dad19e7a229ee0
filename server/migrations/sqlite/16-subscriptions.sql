-- What came while somebody was in a topic, and is gone, is looked for whenever they leave it; what is still there has an
-- index already.
CREATE INDEX shared_gone_from_topic ON shared (topic, came) WHERE topic IS NOT NULL AND removed_at IS NOT NULL;
