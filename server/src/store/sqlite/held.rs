//! Giving out what is held about a user, a page at a time.

use rusqlite::{Connection, Row, named_params, params};
use uuid::Uuid;

use super::{
    counts, deliveries,
    rows::{self, ITEM_COLUMNS},
    shared,
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
pub(super) fn topics(connection: &Connection, user: &UserRef) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT t.name FROM users u JOIN subscriptions s ON s.user = u.key AND s.until IS NULL \
         JOIN topics t ON t.key = s.topic WHERE u.project = ?1 AND u.id = ?2 ORDER BY t.name",
    )?;
    let names = statement.query_map(params![user.project.0, user.user.as_str()], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// What was sent to a user, and then what is to be sent.
///
/// What is shared and not settled is merged in by its notification: an act of the user meanwhile makes items of it,
/// which have the same place in this order, so that nothing is left out or given twice.
pub(super) fn items(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    from: HeldPosition,
    limit: usize,
) -> Result<HeldPage, StoreError> {
    let unsettled = shared::UNSETTLED;
    let received = format!(
        "SELECT {ITEM_COLUMNS}, i.removed_at, n.key FROM (\
         SELECT {STATE_COLUMNS}, removed_at FROM items WHERE user = :user AND notification > :from UNION ALL \
         SELECT {STATE_COLUMNS}, NULL FROM {unsettled} x WHERE x.notification > :from \
         ORDER BY notification LIMIT :limit) i JOIN notifications n ON n.key = i.notification \
         WHERE :id IS NOT NULL ORDER BY i.notification"
    );
    // With the columns of an item that nobody has yet.
    let scheduled = format!(
        "SELECT {ITEM_COLUMNS}, i.removed_at, n.key FROM scheduled_recipients r \
         JOIN notifications n ON n.key = r.notification LEFT JOIN items i ON i.user = -1 AND i.notification = n.key \
         WHERE n.project = :project AND r.user_id = :id AND n.key > :from \
         AND :user IS NOT NULL AND :after IS NOT NULL ORDER BY n.key LIMIT :limit"
    );
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    let sql = if from.is_scheduled { scheduled } else { received };
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(named_params! {
        ":project": user.project.0,
        ":user": row.key,
        ":id": user.user.as_str(),
        ":after": row.settled,
        ":from": from.after_key,
        ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
    })?;
    let (mut items, mut last) = (Vec::new(), from);
    while let Some(row) = rows.next()? {
        last.after_key = row.get("key")?;
        items.push(item(row, incarnation, from.is_scheduled)?);
    }
    let next = match (items.len() < limit, from.is_scheduled) {
        (false, _) => Some(last),
        (true, false) => Some(HeldPosition { is_scheduled: true, after_key: 0 }),
        (true, true) => None,
    };
    Ok(HeldPage { items, next })
}

fn item(row: &Row<'_>, incarnation: &Incarnation, is_scheduled: bool) -> rusqlite::Result<HeldItem> {
    if is_scheduled {
        let item = rows::untouched_item(row, incarnation)?;
        return Ok(HeldItem { item, whereabouts: Whereabouts::Scheduled });
    }
    let found = rows::item(row, incarnation, &Languages::ANY)?;
    let whereabouts = match found.place {
        Place::Inbox => Whereabouts::Inbox,
        Place::Archived => Whereabouts::Archived,
        Place::Snoozed => Whereabouts::Snoozed,
        Place::Removed => Whereabouts::Removed(rows::moment(row.get("removed_at")?)),
    };
    Ok(HeldItem { item: found.item, whereabouts })
}

/// What webhooks are or were told about a user.
pub(super) fn events(
    connection: &Connection,
    user: &UserRef,
    from: HeldPosition,
    limit: usize,
) -> Result<HeldEventPage, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.key, d.id, d.body, d.status, w.id AS webhook FROM users u \
         JOIN webhook_deliveries d ON d.user = u.key AND d.key > ?3 JOIN webhooks w ON w.key = d.webhook \
         WHERE u.project = ?1 AND u.id = ?2 ORDER BY d.key LIMIT ?4",
    )?;
    let limit_number = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows =
        statement.query(params![user.project.0, user.user.as_str(), from.after_key, limit_number])?;
    let (mut events, mut last) = (Vec::new(), from);
    while let Some(row) = rows.next()? {
        last.after_key = row.get("key")?;
        events.push(HeldEvent {
            id: Uuid::from_bytes(row.get("id")?),
            webhook: row.get("webhook")?,
            status: deliveries::status(row)?,
            body: row.get("body")?,
        });
    }
    let next = (events.len() == limit).then_some(last);
    Ok(HeldEventPage { events, next })
}
