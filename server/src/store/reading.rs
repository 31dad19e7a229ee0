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
    found.sort_unstable_by_key(|row| Reverse((row.position, row.notification)));
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
