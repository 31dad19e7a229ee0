use rusqlite::{Connection, StatementStatus};

use super::{MIGRATIONS, open, open_reader};
use crate::randomness::{Randomness, test::CountedRandomness};

#[test]
fn opening_twice_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/bell.db");
    let randomness: &dyn Randomness = &CountedRandomness::default();
    let (_, first) = open(&path, randomness).unwrap();
    let (connection, second) = open(&path, randomness).unwrap();
    assert_eq!(first, second);
    let setting = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(setting("synchronous"), 2, "FULL");
    assert_eq!(setting("foreign_keys"), 1);
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_statement_is_prepared_once_whatever_is_bound_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    let (writer, _) = open(&path, &CountedRandomness::default()).unwrap();
    for connection in [writer, open_reader(&path).unwrap()] {
        // Each of these is prepared anew otherwise: for a limit, and for an index of some of the rows.
        for sql in [
            "SELECT notification FROM items WHERE user = ?1 ORDER BY position LIMIT ?1",
            "SELECT key FROM items JOIN notifications ON key = notification WHERE user = 1 AND place = ?1",
        ] {
            let mut statement = connection.prepare(sql).unwrap();
            for bound in 1..5 {
                assert!(!statement.exists([bound]).unwrap());
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
}

#[test]
fn the_numbers_come_with_an_older_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    let older = Connection::open(&path).unwrap();
    for step in &MIGRATIONS[..2] {
        older.execute_batch(step.sql).unwrap();
    }
    older.pragma_update(None, "user_version", 2).unwrap();
    older
        .execute_batch(
            "INSERT INTO projects VALUES (1, 'p', 'P', 'pk', x'', x'', NULL, NULL, NULL, '[]', '', '[]', 0, 0, 0); \
             INSERT INTO users (key, project, id, unseen, unread, total) VALUES (7, 1, 'u', 1, 2, 3); \
             INSERT INTO category_counts VALUES (7, 'a', 1), (7, 'gone', 0);",
        )
        .unwrap();
    // Unseen, read, archived, removed; one without a category.
    for (key, category, place, seen, read) in [
        (1, Some("a"), 0, None, None),
        (2, Some("a"), 0, Some(1), Some(1)),
        (3, Some("a"), 1, None, None),
        (4, Some("gone"), 3, None, None),
        (5, None, 0, Some(1), None),
    ] {
        older
            .execute(
                "INSERT INTO notifications (key, id, project, title, priority, created_at, recipients) \
                 VALUES (?1, CAST(?1 AS BLOB), 1, 't', 0, 0, 1)",
                [key],
            )
            .unwrap();
        older
            .execute(
                "INSERT INTO items (user, notification, revision, arrived, position, category, place, seen_at, read_at) \
                 VALUES (7, ?1, 1, 1, 0, ?2, ?3, ?4, ?5)",
                (key, category, place, seen, read),
            )
            .unwrap();
    }
    drop(older);
    let randomness: &dyn Randomness = &CountedRandomness::default();
    let (connection, _) = open(&path, randomness).unwrap();
    let rows: Vec<(String, [i64; 4])> = connection
        .prepare("SELECT name, stored, unseen, unread, total FROM inbox_categories WHERE wanted IS NULL")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(rows, [("a".to_owned(), [3, 1, 1, 2])]);
    let tallies: Vec<[i64; 3]> = connection
        .prepare("SELECT notification, seen, read FROM tallies ORDER BY notification")
        .unwrap()
        .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(tallies, [[2, 1, 1], [5, 1, 0]]);
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 1_000).unwrap();
    let randomness: &dyn Randomness = &CountedRandomness::default();
    let error = open(&path, randomness).err().unwrap().to_string();
    assert!(error.contains("newer version"), "{error}");
}
