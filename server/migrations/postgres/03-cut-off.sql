-- Servers that others cannot hear, as they say themselves: until then, if they do not say it again.
CREATE TABLE cut_off (
    server bigint PRIMARY KEY,
    until timestamptz NOT NULL
);
