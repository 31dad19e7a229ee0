//! What is to be sent at a later moment.

use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::{
    retention, rows,
    sends::{self, Placement},
    shared::Sharing,
    transaction::Db,
};
use crate::{
    auth::user_id::UserId,
    store::{Audience, ProjectKey, Reached, StoreError, UserRef},
};

/// Keeps a notification, which is there already, until its moment.
pub(super) async fn put(
    db: &Db<'_>,
    notification: i64,
    send_at: Timestamp,
    audience: &Audience,
) -> Result<(), StoreError> {
    let (recipients, topic) = match audience {
        Audience::Users(users) => (users.as_slice(), None),
        Audience::Topic(topic) => (&[][..], Some(topic)),
        Audience::Everyone => (&[][..], None),
    };
    db.run(
        "INSERT INTO scheduled (notification, send_at, topic, is_for_everyone) VALUES ($1, $2, $3, $4)",
        &[&notification, &send_at.unix_ms(), &topic, &(*audience == Audience::Everyone)],
    )
    .await?;
    let ids: Vec<&str> = recipients.iter().map(UserId::as_str).collect();
    if !ids.is_empty() {
        db.run(
            "INSERT INTO scheduled_recipients (notification, user_id) SELECT $1::bigint, unnest($2::text[])",
            &[&notification, &ids],
        )
        .await?;
    }
    Ok(())
}

/// What came of the first that was due.
pub(super) struct Sent {
    pub(super) project: ProjectKey,
    /// Whom it reached; `None` if it was over before it could be sent.
    pub(super) reached: Option<Reached>,
    /// How much work it was, in items.
    pub(super) items: usize,
}

/// Sends the first that is due. What is claimed and what is sent are one transaction, and who else looks at the same
/// moment passes over what is claimed, so that nothing is sent twice.
pub(super) async fn send_first(db: &Db<'_>, now: Timestamp) -> Result<Option<Sent>, StoreError> {
    let Some(Due { project, placement, audience }) = first_due(db, now).await? else { return Ok(None) };
    // What is not sent is work too: its recipients are forgotten.
    let items = if let Audience::Users(users) = &audience { users.len().max(1) } else { 1 };
    let mut reached = None;
    let notification = placement.notification;
    // If it is over already, nobody was there to send it in its time.
    if placement.expires_at.is_none_or(|at| at > now) {
        sends::prepare(db, project, placement.group_key.as_deref(), &audience).await?;
        let found = sends::reached(db, project, &audience).await?;
        let mut sharing = Sharing::default();
        sends::place(db, project, placement, &audience, &mut sharing).await?;
        sharing.write(db, project).await?;
        let recipients = i64::try_from(found.recipients).unwrap_or(i64::MAX);
        db.run("UPDATE notifications SET recipients = $2 WHERE key = $1", &[&notification, &recipients])
            .await?;
        reached = Some(found);
    }
    withdraw(db, notification).await?;
    Ok(Some(Sent { project, reached, items }))
}

/// Forgets that a notification was to be sent.
pub(super) async fn withdraw(db: &Db<'_>, notification: i64) -> Result<(), StoreError> {
    db.run("DELETE FROM scheduled_recipients WHERE notification = $1", &[&notification]).await?;
    db.run("DELETE FROM scheduled WHERE notification = $1", &[&notification]).await.map(drop)
}

/// Takes a user out of all that is to be sent, and away what is then for nobody. To be done before the project and its
/// inboxes are locked: what is being sent to the user is waited for.
pub(super) async fn forget_recipient(db: &Db<'_>, user: &UserRef) -> Result<(), StoreError> {
    let found = db
        .all(
            "SELECT s.notification FROM scheduled s JOIN notifications n ON n.key = s.notification \
             WHERE n.project = $2 AND EXISTS (SELECT 1 FROM scheduled_recipients r \
             WHERE r.notification = s.notification AND r.user_id = $1) ORDER BY s.notification FOR UPDATE OF s",
            &[&user.user.as_str(), &user.project.0],
        )
        .await?;
    for row in found {
        let notification: i64 = row.try_get(0)?;
        db.run(
            "DELETE FROM scheduled_recipients WHERE notification = $1 AND user_id = $2",
            &[&notification, &user.user.as_str()],
        )
        .await?;
        let is_for_others = db
            .is_any("SELECT 1 FROM scheduled_recipients WHERE notification = $1 LIMIT 1", &[&notification])
            .await?;
        if !is_for_others {
            withdraw(db, notification).await?;
            retention::remove_unless_held(db, &[notification]).await?;
        }
    }
    Ok(())
}

/// Whether anything is due.
pub(super) async fn is_due(db: &Db<'_>, now: Timestamp) -> Result<bool, StoreError> {
    db.is_any("SELECT 1 FROM scheduled WHERE send_at <= $1 LIMIT 1", &[&now.unix_ms()]).await
}

/// When the next one is due.
pub(super) async fn next_at(db: &Db<'_>) -> Result<Option<Timestamp>, StoreError> {
    let next = db.one("SELECT min(send_at) AS next FROM scheduled", &[]).await?;
    rows::optional_moment(&next, "next")
}

/// What is to be sent now.
struct Due {
    project: ProjectKey,
    placement: Placement,
    audience: Audience,
}

async fn first_due(db: &Db<'_>, now: Timestamp) -> Result<Option<Due>, StoreError> {
    let found = db
        .first(
            // The notification is locked with it, because a withdrawal locks that one first.
            "SELECT n.project, n.key, n.category, n.created_at, n.expires_at, n.group_key, s.topic, \
             s.is_for_everyone FROM scheduled s JOIN notifications n ON n.key = s.notification \
             WHERE s.send_at <= $1 ORDER BY s.send_at, s.notification LIMIT 1 FOR UPDATE OF s, n SKIP LOCKED",
            &[&now.unix_ms()],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let placement = Placement {
        notification: row.try_get("key")?,
        category: row.try_get("category")?,
        created_at: rows::moment(&row, "created_at")?,
        expires_at: rows::optional_moment(&row, "expires_at")?,
        group_key: row.try_get("group_key")?,
    };
    let audience = match (row.try_get("topic")?, row.try_get("is_for_everyone")?) {
        (Some(topic), _) => Audience::Topic(topic),
        (None, true) => Audience::Everyone,
        (None, false) => Audience::Users(recipients(db, placement.notification).await?),
    };
    Ok(Some(Due { project: ProjectKey(row.try_get("project")?), placement, audience }))
}

async fn recipients(db: &Db<'_>, notification: i64) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM scheduled_recipients WHERE notification = $1 ORDER BY user_id";
    let user = |row: &Row| Ok(UserId::trusted(row.try_get(0)?));
    db.all(sql, &[&notification]).await?.iter().map(user).collect()
}
