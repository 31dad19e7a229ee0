//! Giving out what is held about a user, a page at a time.

use tokio_postgres::Row;

use super::{
    deliveries,
    rows::{self, ITEM_COLUMNS},
    shared,
    transaction::Db,
    users,
};
use crate::{
    languages::Languages,
    store::{
        HeldEvent, HeldEventPage, HeldItem, HeldPage, HeldPosition, Place, StoreError, UserRef, Whereabouts,
        revision::Incarnation,
    },
};

/// The columns of an item that both an inbox and what is shared have.
const STATE_COLUMNS: &str = "notification, revision, shared, place, position, seen_at, read_at, archived_at, snoozed_until, \
     actions_done, group_count";

/// The topics that a user is in, by their names.
pub(super) async fn topics(db: &Db<'_>, user: &UserRef) -> Result<Vec<String>, StoreError> {
    let found = db
        .all(
            "SELECT t.name FROM users u JOIN subscriptions s ON s.inbox = u.key AND s.until IS NULL \
             JOIN topics t ON t.key = s.topic WHERE u.project = $1 AND u.id = $2 ORDER BY t.name",
            &[&user.project.0, &user.user.as_str()],
        )
        .await?;
    found.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What was sent to a user, and then what is to be sent.
///
/// What is shared and not settled is merged in by its notification: an act of the user meanwhile makes items of it,
/// which have the same place in this order, so that nothing is left out or given twice.
pub(super) async fn items(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
    from: HeldPosition,
    limit: usize,
) -> Result<HeldPage, StoreError> {
    let found = if from.is_scheduled {
        let sql = "SELECT n.* FROM scheduled_recipients r JOIN notifications n ON n.key = r.notification \
             WHERE n.project = $1 AND r.user_id = $2 AND n.key > $3 ORDER BY n.key LIMIT $4";
        let id = user.user.as_str();
        db.all(sql, &[&user.project.0, &id, &from.after_key, &rows::limit(limit)]).await?
    } else {
        let unsettled = shared::UNSETTLED;
        let sql = format!(
            "SELECT {ITEM_COLUMNS}, i.removed_at, n.key FROM (\
             SELECT {STATE_COLUMNS}, removed_at FROM items WHERE inbox = $1 AND notification > $4 UNION ALL \
             SELECT {STATE_COLUMNS}, NULL FROM {unsettled} x WHERE x.notification > $4 \
             ORDER BY notification LIMIT $5) i JOIN notifications n ON n.key = i.notification \
             ORDER BY i.notification"
        );
        let row = users::read(db, user).await?;
        let limit = rows::limit(limit);
        db.all(&sql, &[&row.key, &user.project.0, &row.settled, &from.after_key, &limit]).await?
    };
    let (mut items, mut last) = (Vec::new(), from);
    for row in &found {
        last.after_key = row.try_get("key")?;
        items.push(item(row, incarnation, from.is_scheduled)?);
    }
    let next = match (items.len() < limit, from.is_scheduled) {
        (false, _) => Some(last),
        (true, false) => Some(HeldPosition { is_scheduled: true, after_key: 0 }),
        (true, true) => None,
    };
    Ok(HeldPage { items, next })
}

fn item(row: &Row, incarnation: &Incarnation, is_scheduled: bool) -> Result<HeldItem, StoreError> {
    if is_scheduled {
        let item = rows::untouched_item(row, incarnation)?;
        return Ok(HeldItem { item, whereabouts: Whereabouts::Scheduled });
    }
    let found = rows::item(row, incarnation, &Languages::ANY)?;
    let whereabouts = match found.place {
        Place::Inbox => Whereabouts::Inbox,
        Place::Archived => Whereabouts::Archived,
        Place::Snoozed => Whereabouts::Snoozed,
        Place::Removed => Whereabouts::Removed(rows::moment(row, "removed_at")?),
    };
    Ok(HeldItem { item: found.item, whereabouts })
}

/// What webhooks are or were told about a user.
pub(super) async fn events(
    db: &Db<'_>,
    user: &UserRef,
    from: HeldPosition,
    limit: usize,
) -> Result<HeldEventPage, StoreError> {
    let found = db
        .all(
            "SELECT d.key, d.id, d.body, d.status, w.id AS webhook FROM users u \
             JOIN webhook_deliveries d ON d.inbox = u.key AND d.key > $3 JOIN webhooks w ON w.key = d.webhook \
             WHERE u.project = $1 AND u.id = $2 ORDER BY d.key LIMIT $4",
            &[&user.project.0, &user.user.as_str(), &from.after_key, &rows::limit(limit)],
        )
        .await?;
    let (mut events, mut last) = (Vec::new(), from);
    for row in &found {
        last.after_key = row.try_get("key")?;
        events.push(HeldEvent {
            id: row.try_get("id")?,
            webhook: row.try_get("webhook")?,
            status: deliveries::status(row)?,
            body: row.try_get("body")?,
        });
    }
    let next = (events.len() == limit).then_some(last);
    Ok(HeldEventPage { events, next })
}
