-- Which server does what one does for all: the one whose turn it is, until then. One row.
CREATE TABLE lease (
    turn bigint NOT NULL,
    until timestamptz NOT NULL
);

INSERT INTO lease (turn, until) VALUES (0, '-infinity');
