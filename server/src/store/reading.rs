//! What every database reads of an inbox, and a page of it.

use std::cmp::Reverse;

use notification_bell_protocol::{Counts, InboxPage, Item, Timestamp, View};
use uuid::Uuid;

use super::{
    ListQuery, Place, StoreError,
    revision::{Incarnation, StateNumbers},
};

/// Where something is turned off, a list is made of one for each category that is not. With more of these than this, it
/// passes over what is off item by item instead.
pub(super) const MAX_LISTS: usize = 20;

/// A user's row, and the state of what is shared in the project. Without a row, an inbox is empty, and at the revision
/// that the inboxes of the project begin at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UserRow {
    pub(super) project: i64,
    pub(super) key: i64,
    /// The state of the inbox.
    pub(super) state: StateNumbers,
    /// The oldest state that can be resumed from.
    pub(super) floor: StateNumbers,
    /// Up to where what is shared was put among what is the inbox's own.
    pub(super) settled: i64,
    pub(super) unseen: i64,
    pub(super) unread: i64,
    pub(super) total: i64,
}

/// An item with what the database alone knows about it.
pub(super) struct ItemRow {
    pub(super) item: Item,
    pub(super) place: Place,
    pub(super) position: Timestamp,
    pub(super) id: Uuid,
    pub(super) notification: i64,
}

/// Which items of an inbox, besides where they are.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    All,
    /// All but what is turned off.
    Wanted(&'static str),
    /// Those of one category, or without one.
    Of(Option<&'a str>),
}

pub(super) const fn place_of(view: View) -> Place {
    match view {
        View::All | View::Unread => Place::Inbox,
        View::Archived => Place::Archived,
        View::Snoozed => Place::Snoozed,
    }
}

/// Whether what comes next is first, and not what came last.
pub(super) const fn is_ahead(view: View) -> bool {
    matches!(view, View::Snoozed)
}

/// Before the first item of a view: a position and a notification.
pub(super) const fn start_of(view: View) -> (i64, i64) {
    (if is_ahead(view) { i64::MIN } else { i64::MAX }, i64::MAX)
}

/// What comes in a view after a position and a notification, and in which order. Whatever the view, of those of one
/// moment the newest is first.
pub(super) fn order_of(view: View, position: &str, notification: &str) -> String {
    if is_ahead(view) {
        format!(
            "AND i.position >= {position} AND (i.position > {position} OR i.notification < {notification}) \
             ORDER BY i.position, i.notification DESC"
        )
    } else {
        format!(
            "AND (i.position, i.notification) < ({position}, {notification}) \
             ORDER BY i.position DESC, i.notification DESC"
        )
    }
}

/// Where the page before ended: a position and a notification.
pub(super) fn end_of_page(
    incarnation: &Incarnation,
    cursor: Option<&str>,
) -> Result<Option<(Timestamp, Uuid)>, StoreError> {
    cursor.map(|cursor| incarnation.cursor_parts(cursor).ok_or(StoreError::NotOurs("cursor"))).transpose()
}

/// A page of what was found; one more than it holds tells that there is another.
pub(super) fn page(
    incarnation: &Incarnation,
    query: &ListQuery,
    (row, counts): (&UserRow, Counts),
    mut found: Vec<ItemRow>,
) -> InboxPage {
    if is_ahead(query.view) {
        found.sort_unstable_by_key(|row| (row.position, Reverse(row.notification)));
    } else {
        found.sort_unstable_by_key(|row| Reverse((row.position, row.notification)));
    }
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more).map(|last| incarnation.cursor(last.position, last.id));
    InboxPage {
        items: found.into_iter().map(|row| row.item).collect(),
        next,
        counts,
        revision: incarnation.revision(row.state),
    }
}
