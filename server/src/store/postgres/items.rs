//! Items: adding many at once, and changing many of one inbox.

use std::collections::BTreeMap;

use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{counts, happenings, rows, transaction::Db};
use crate::store::{
    Happenings, ItemState, Place, StoreError, Transition,
    numbers_kept::{Delta, due_at, place_number, position},
};

/// An item to be, fresh and in its inbox.
pub(super) struct NewItem {
    pub(super) inbox: i64,
    pub(super) notification: i64,
    pub(super) revision: i64,
    pub(super) arrived: i64,
    pub(super) shared: i64,
    pub(super) position: i64,
    pub(super) category: Option<String>,
    pub(super) due_at: Option<i64>,
    pub(super) group_key: Option<String>,
    pub(super) group_count: i64,
}

/// Adds items. The rows of their inboxes are locked.
pub(super) async fn insert(db: &Db<'_>, items: &[NewItem]) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let column = |value: fn(&NewItem) -> i64| items.iter().map(value).collect::<Vec<i64>>();
    let categories: Vec<Option<&str>> = items.iter().map(|item| item.category.as_deref()).collect();
    let groups: Vec<Option<&str>> = items.iter().map(|item| item.group_key.as_deref()).collect();
    let due: Vec<Option<i64>> = items.iter().map(|item| item.due_at).collect();
    db.run(
        "INSERT INTO items (inbox, notification, revision, arrived, shared, position, category, due_at, group_key, \
         group_count) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
         $6::bigint[], $7::text[], $8::bigint[], $9::text[], $10::bigint[])",
        &[
            &column(|item| item.inbox),
            &column(|item| item.notification),
            &column(|item| item.revision),
            &column(|item| item.arrived),
            &column(|item| item.shared),
            &column(|item| item.position),
            &categories,
            &due,
            &groups,
            &column(|item| item.group_count),
        ],
    )
    .await
    .map(drop)
}

/// A row that may change: its key within its inbox, and its state.
pub(super) struct Candidate {
    pub(super) notification: i64,
    pub(super) id: Uuid,
    pub(super) category: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) state: ItemState,
}

pub(super) const CANDIDATE_COLUMNS: &str = "i.notification, n.id, i.category, n.created_at, n.expires_at, i.place, \
     i.seen_at, i.read_at, i.archived_at, i.snoozed_until, i.actions_done, i.happened";

pub(super) fn candidate(row: &Row) -> Result<Candidate, StoreError> {
    Ok(Candidate {
        notification: row.try_get("notification")?,
        id: row.try_get("id")?,
        category: row.try_get("category")?,
        created_at: rows::moment(row, "created_at")?,
        expires_at: rows::optional_moment(row, "expires_at")?,
        state: rows::state(row)?,
    })
}

/// Rows of several inboxes, which say whose they are in a column `inbox`; by inbox.
pub(super) fn by_inbox(found: &[Row]) -> Result<BTreeMap<i64, Vec<Candidate>>, StoreError> {
    let mut inboxes: BTreeMap<i64, Vec<Candidate>> = BTreeMap::new();
    for row in found {
        inboxes.entry(row.try_get("inbox")?).or_default().push(candidate(row)?);
    }
    Ok(inboxes)
}

/// Items of an inbox that may change, whose row is locked, each with what becomes of it.
pub(super) struct Touched<'a> {
    pub(super) inbox: i64,
    /// Where the inbox is before that.
    pub(super) revision: i64,
    pub(super) items: Vec<(&'a Candidate, &'a Transition)>,
}

/// What a change makes of an item.
pub(super) struct Changed<'a> {
    pub(super) inbox: i64,
    pub(super) revision: i64,
    pub(super) candidate: &'a Candidate,
    pub(super) after: ItemState,
}

/// Changes items of many inboxes, in a few statements: each inbox gets one revision for all of it that changed, and none if
/// nothing did. `now` dates the tombstones of those that are removed, and what happened to the others.
pub(super) async fn apply(db: &Db<'_>, touched: &[Touched<'_>], now: Timestamp) -> Result<(), StoreError> {
    let mut numbers: BTreeMap<i64, (i64, Delta)> = BTreeMap::new();
    let mut changed = Vec::new();
    for Touched { inbox, revision, items } in touched {
        let revision = *revision + 1;
        for (candidate, transition) in items {
            let after = transition(candidate.state.clone());
            if after != candidate.state {
                let (last, delta) = numbers.entry(*inbox).or_default();
                *last = revision;
                delta.add(candidate.category.as_deref(), Some(&candidate.state), &after);
                changed.push(Changed { inbox: *inbox, revision, candidate, after });
            }
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let happened = happenings::note(db, &changed, now).await?;
    write(db, &changed, &happened, now).await?;
    counts::write(db, &numbers).await
}

/// Writes changed items, the rows of whose inboxes are locked. `happened` is what has ever been done with each.
pub(super) async fn write(
    db: &Db<'_>,
    changed: &[Changed<'_>],
    happened: &[Happenings],
    removed_at: Timestamp,
) -> Result<(), StoreError> {
    let unix_ms = |moment: Option<Timestamp>| moment.map(Timestamp::unix_ms);
    let moments = |of: fn(&ItemState) -> Option<Timestamp>| {
        changed.iter().map(|change| unix_ms(of(&change.after))).collect::<Vec<_>>()
    };
    let inboxes: Vec<i64> = changed.iter().map(|change| change.inbox).collect();
    let revisions: Vec<i64> = changed.iter().map(|change| change.revision).collect();
    let notifications: Vec<i64> = changed.iter().map(|change| change.candidate.notification).collect();
    let places: Vec<i64> = changed.iter().map(|change| place_number(change.after.place)).collect();
    let positions: Vec<i64> =
        changed.iter().map(|change| position(&change.after, change.candidate.created_at).unix_ms()).collect();
    let due: Vec<Option<i64>> =
        changed.iter().map(|change| unix_ms(due_at(&change.after, change.candidate.expires_at))).collect();
    let done = changed
        .iter()
        .map(|change| Some(&change.after.actions_done).filter(|done| !done.is_empty()))
        .map(|done| done.map(rows::as_json).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let removed: Vec<Option<i64>> = changed
        .iter()
        .map(|change| (change.after.place == Place::Removed).then(|| removed_at.unix_ms()))
        .collect();
    // Back from being put aside, it is new to whoever looks at the list.
    let came_back: Vec<bool> = changed
        .iter()
        .map(|change| change.candidate.state.place == Place::Snoozed && change.after.place == Place::Inbox)
        .collect();
    let happened: Vec<i64> = happened.iter().map(|happened| i64::from(happened.bits())).collect();
    db.run(
        "UPDATE items i SET revision = c.revision, place = c.place, position = c.position, seen_at = c.seen_at, \
         read_at = c.read_at, archived_at = c.archived_at, snoozed_until = c.snoozed_until, \
         actions_done = c.actions_done, due_at = c.due_at, removed_at = c.removed_at, happened = c.happened, \
         arrived = CASE WHEN c.came_back THEN c.revision ELSE i.arrived END \
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], \
         $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::boolean[], $14::bigint[]) \
         AS c (inbox, revision, notification, place, position, seen_at, read_at, archived_at, snoozed_until, actions_done, due_at, \
         removed_at, came_back, happened) WHERE i.inbox = c.inbox AND i.notification = c.notification",
        &[
            &inboxes,
            &revisions,
            &notifications,
            &places,
            &positions,
            &moments(|state| state.seen_at),
            &moments(|state| state.read_at),
            &moments(|state| state.archived_at),
            &moments(|state| state.snoozed_until),
            &done,
            &due,
            &removed,
            &came_back,
            &happened,
        ],
    )
    .await
    .map(drop)
}
