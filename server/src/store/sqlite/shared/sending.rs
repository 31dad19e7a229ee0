//! Sharing a notification: one row, whoever will see it.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    auth::user_id::UserId,
    store::{MAX_SHARED, ProjectKey, Reached, StoreError, sqlite::sends::Placement},
};

/// More subscribers than this are not named: every stream of the project looks for itself then.
const MAX_NAMED: i64 = 1_000;

/// Shares a notification with a topic or, without one, with everyone; gives the shared revision that it came with. What is
/// for a topic that nobody is in is for nobody, and is not shared.
pub(in crate::store::sqlite) fn share(
    connection: &Connection,
    project: ProjectKey,
    placement: &Placement,
    topic: Option<&str>,
) -> Result<Option<i64>, StoreError> {
    let topic_key = topic.map(|name| topic_key(connection, project, name)).transpose()?;
    if topic_key == Some(None) {
        return Ok(None);
    }
    let came = raise_revision(connection, project)?;
    connection
        .prepare_cached(
            "INSERT INTO shared (notification, project, topic, came, revision, position, category, due_at, group_key) \
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            placement.notification,
            project.0,
            topic_key.flatten(),
            came,
            placement.created_at.unix_ms(),
            placement.category,
            placement.expires_at.map(Timestamp::unix_ms),
            placement.group_key,
        ])?;
    Ok(Some(came))
}

/// Whether as much is shared with a topic or, without one, with everyone, or is to be, as may be.
pub(in crate::store::sqlite) fn is_full(
    connection: &Connection,
    project: ProjectKey,
    topic: Option<&str>,
) -> Result<bool, StoreError> {
    // No more is looked at than may be there. Numbers kept with each topic would save that, and would have to be right
    // about what is to be sent to topics that come and go meanwhile.
    let most = i64::try_from(MAX_SHARED).unwrap_or(i64::MAX);
    let sql = live(topic.is_some());
    let number: i64 =
        connection.prepare_cached(&sql)?.query_row(params![project.0, topic, most], |row| row.get(0))?;
    Ok(number >= most)
}

/// Counts up to `?3` of what is shared with the topic `?2`, or with everyone.
fn live(with_topic: bool) -> String {
    // All that is shared came with a revision above 0. To say so has SQLite take the index of what is still there; and
    // asked for in this way, the project of what waits does not tempt it to begin with all that the project ever sent.
    let (shared, scheduled) = if with_topic {
        (
            "shared s JOIN topics t ON t.key = s.topic \
             WHERE t.project = ?1 AND t.name = ?2 AND s.came > 0 AND s.topic IS NOT NULL AND s.removed_at IS NULL",
            "s.topic = ?2",
        )
    } else {
        (
            "shared s WHERE s.project = ?1 AND s.came > 0 AND s.topic IS NULL AND s.removed_at IS NULL AND ?2 IS NULL",
            "s.is_for_everyone = 1",
        )
    };
    format!(
        "SELECT count(*) FROM (SELECT 1 FROM {shared} UNION ALL SELECT 1 FROM scheduled s WHERE {scheduled} \
         AND (SELECT n.project FROM notifications n WHERE n.key = s.notification) = ?1 LIMIT ?3)"
    )
}

/// The next shared revision of a project.
pub(super) fn raise_revision(connection: &Connection, project: ProjectKey) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(
            "UPDATE projects SET shared_revision = shared_revision + 1 WHERE key = ?1 RETURNING shared_revision",
        )?
        .query_row([project.0], |row| row.get(0))?)
}

/// The key of a topic.
pub(super) fn topic_key(
    connection: &Connection,
    project: ProjectKey,
    name: &str,
) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT key FROM topics WHERE project = ?1 AND name = ?2")?
        .query_row(params![project.0, name], |row| row.get(0))
        .optional()?)
}

/// Whom what is shared with a topic or, without one, with everyone reaches now.
pub(in crate::store::sqlite) fn reached(
    connection: &Connection,
    project: ProjectKey,
    topic: Option<&str>,
) -> Result<Reached, StoreError> {
    let Some(topic) = topic else {
        let users: i64 = connection
            .prepare_cached("SELECT user_count FROM projects WHERE key = ?1")?
            .query_row([project.0], |row| row.get(0))?;
        return Ok(Reached { recipients: u64::try_from(users).unwrap_or(0), users: None, step: None });
    };
    let known: Option<(i64, i64)> = connection
        .prepare_cached("SELECT key, subscribers FROM topics WHERE project = ?1 AND name = ?2")?
        .query_row(params![project.0, topic], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, subscribers)) = known else {
        return Ok(Reached { recipients: 0, users: Some(Vec::new()), step: None });
    };
    let users = (subscribers <= MAX_NAMED).then(|| named(connection, key)).transpose()?;
    Ok(Reached { recipients: u64::try_from(subscribers).unwrap_or(0), users, step: None })
}

fn named(connection: &Connection, topic: i64) -> Result<Vec<UserId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT user_id FROM subscriptions WHERE topic = ?1 AND until IS NULL")?;
    let users = statement.query_map([topic], |row| row.get::<_, String>(0).map(|id| UserId::trusted(&id)))?;
    Ok(users.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::live;
    use crate::store::sqlite::schema::migrate;

    #[test]
    fn how_much_is_shared_is_counted_without_looking_at_what_else_was_sent() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        for (with_topic, index) in [(true, "shared_with_topic"), (false, "shared_with_everyone")] {
            let mut statement =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {}", live(with_topic))).unwrap();
            let plan: Vec<String> =
                statement.query_map([1, 2, 3], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            let plan = plan.join("\n");
            assert!(plan.contains(&format!("INDEX {index}")), "{plan}");
            // Of notifications, one is looked at for each that waits.
            assert!(!plan.contains("notifications_by_time") && !plan.contains("shared_by_time"), "{plan}");
        }
    }
}
