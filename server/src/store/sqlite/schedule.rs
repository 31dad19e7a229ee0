//! What is to be sent at a later moment.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::{
    retention, rows,
    sends::{self, Placement},
};
use crate::{
    auth::user_id::UserId,
    store::{Audience, ProjectKey, StoreError, UserRef},
};

/// What was sent because its moment had come.
#[derive(Default)]
pub(super) struct SentNow {
    /// Who received something.
    pub(super) users: Vec<UserRef>,
    /// The projects in which something was shared.
    pub(super) shared: Vec<ProjectKey>,
    /// Whether there may be more of it.
    pub(super) more: bool,
}

/// Keeps a notification, which is there already, until its moment.
pub(super) fn put(
    connection: &Connection,
    notification: i64,
    send_at: Timestamp,
    audience: &Audience,
) -> Result<(), StoreError> {
    let (recipients, topic) = match audience {
        Audience::Users(users) => (users.as_slice(), None),
        Audience::Topic(topic) => (&[][..], Some(topic)),
        Audience::Everyone => (&[][..], None),
    };
    connection
        .prepare_cached(
            "INSERT INTO scheduled (notification, send_at, topic, is_for_everyone) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![notification, send_at.unix_ms(), topic, *audience == Audience::Everyone])?;
    let mut insert = connection
        .prepare_cached("INSERT INTO scheduled_recipients (notification, user_id) VALUES (?1, ?2)")?;
    for recipient in recipients {
        insert.execute(params![notification, recipient.as_str()])?;
    }
    Ok(())
}

/// Sends what is due, until it has made this many items. What is claimed and what is sent are one transaction, so that
/// nothing is sent twice, whoever looks at the clock at the same time.
pub(super) fn send_due(connection: &Connection, now: Timestamp, most: usize) -> Result<SentNow, StoreError> {
    let mut sent = SentNow::default();
    let mut done = 0;
    while let Some(Due { project, placement, audience }) = first_due(connection, now)? {
        if done >= most {
            sent.more = true;
            break;
        }
        // What is not sent is work too: its recipients are forgotten.
        done += if let Audience::Users(users) = &audience { users.len().max(1) } else { 1 };
        // If it is over already, nobody was there to send it in its time.
        if placement.expires_at.is_none_or(|at| at > now) {
            let reached = sends::reached(connection, project, &audience)?;
            let group = placement.group_key.as_deref();
            sends::prepare(connection, project, group, &audience, usize::MAX)?;
            sends::place(connection, project, &placement, &audience)?;
            connection.prepare_cached("UPDATE notifications SET recipients = ?2 WHERE key = ?1")?.execute(
                params![placement.notification, i64::try_from(reached.recipients).unwrap_or(i64::MAX)],
            )?;
            match reached.users {
                Some(users) => {
                    sent.users.extend(users.into_iter().map(|user| UserRef { project, user }));
                }
                None => sent.shared.push(project),
            }
        }
        withdraw(connection, placement.notification)?;
    }
    Ok(sent)
}

/// Forgets that a notification was to be sent.
pub(super) fn withdraw(connection: &Connection, notification: i64) -> Result<(), StoreError> {
    for table in ["scheduled_recipients", "scheduled"] {
        connection
            .prepare_cached(&format!("DELETE FROM {table} WHERE notification = ?1"))?
            .execute([notification])?;
    }
    Ok(())
}

/// Takes a user out of all that is to be sent, and away what is then for nobody.
pub(super) fn forget_recipient(connection: &Connection, user: &UserRef) -> Result<(), StoreError> {
    let notifications: Vec<i64> = connection
        .prepare_cached(
            "SELECT r.notification FROM scheduled_recipients r JOIN notifications n ON n.key = r.notification \
             WHERE r.user_id = ?1 AND n.project = ?2",
        )?
        .query_map(params![user.user.as_str(), user.project.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for notification in notifications {
        connection
            .prepare_cached("DELETE FROM scheduled_recipients WHERE notification = ?1 AND user_id = ?2")?
            .execute(params![notification, user.user.as_str()])?;
        let is_for_others = connection
            .prepare_cached("SELECT 1 FROM scheduled_recipients WHERE notification = ?1")?
            .exists([notification])?;
        if !is_for_others {
            withdraw(connection, notification)?;
            retention::remove_unless_held(connection, notification)?;
        }
    }
    Ok(())
}

/// When the next one is due.
pub(super) fn next_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let next = connection
        .prepare_cached("SELECT min(send_at) FROM scheduled")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?;
    Ok(next.map(Timestamp::from_unix_ms))
}

/// What is to be sent now.
struct Due {
    project: ProjectKey,
    placement: Placement,
    audience: Audience,
}

fn first_due(connection: &Connection, now: Timestamp) -> Result<Option<Due>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT n.project, n.key, n.category, n.created_at, n.expires_at, n.group_key, s.topic, \
         s.is_for_everyone FROM scheduled s JOIN notifications n ON n.key = s.notification \
         WHERE s.send_at <= ?1 ORDER BY s.send_at, s.notification LIMIT 1",
    )?;
    let mut rows = statement.query([now.unix_ms()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let placement = Placement {
        notification: row.get("key")?,
        category: row.get("category")?,
        created_at: rows::moment(row.get("created_at")?),
        expires_at: rows::optional_moment(row, "expires_at")?,
        group_key: row.get("group_key")?,
    };
    let audience = match (row.get("topic")?, row.get("is_for_everyone")?) {
        (Some(topic), _) => Audience::Topic(topic),
        (None, true) => Audience::Everyone,
        (None, false) => Audience::Users(recipients(connection, placement.notification)?),
    };
    Ok(Some(Due { project: ProjectKey(row.get("project")?), placement, audience }))
}

fn recipients(connection: &Connection, notification: i64) -> Result<Vec<UserId>, StoreError> {
    let users = connection
        .prepare_cached("SELECT user_id FROM scheduled_recipients WHERE notification = ?1 ORDER BY user_id")?
        .query_map([notification], |row| Ok(UserId::trusted(&row.get::<_, String>(0)?)))?
        .collect::<Result<_, _>>()?;
    Ok(users)
}
