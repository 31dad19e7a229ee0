//! Changing one item.

use notification_bell_protocol::{ItemChanged, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use super::{inbox_changes::apply, inbox_reads, marks, shared};
use crate::{
    languages::Languages,
    store::{
        Place, Selection, StoreError, Transition, UserRef,
        revision::{Incarnation, StateNumbers},
    },
};

/// A change of one item.
#[derive(Clone)]
pub(super) struct ItemChange {
    pub(super) incarnation: Incarnation,
    pub(super) user: UserRef,
    pub(super) id: Uuid,
    pub(super) now: Timestamp,
    pub(super) transition: Transition,
    /// Of whoever reads the answer.
    pub(super) languages: Languages,
}

/// What came of it.
pub(super) enum Attempt {
    Made(Box<ItemChanged>),
    /// The user has no such item.
    NotThere,
    /// Nothing, because more than a small piece of work may settle would have to be settled for it.
    TooLarge,
}

impl ItemChange {
    /// Makes it, if no more than so much has to be settled for it.
    pub(super) fn make(&self, connection: &Connection, most_settled: usize) -> Result<Attempt, StoreError> {
        let Self { incarnation, user, id, now, transition, languages } = self;
        let Some(before) = inbox_reads::item(connection, incarnation, user, *id, languages)? else {
            return Ok(Attempt::NotThere);
        };
        let selection = Selection {
            place: Place::Inbox,
            ids: Some(vec![*id]),
            category: None,
            up_to: None,
            after_key: 0,
        };
        let up_to = StateNumbers { own: i64::MAX, shared: i64::MAX };
        let Some(row) = shared::settle(connection, user, &selection, up_to, most_settled)? else {
            return Ok(Attempt::TooLarge);
        };
        let candidates = marks::named(connection, user, row.key, &selection, &[*id], up_to)?;
        let candidates: Vec<_> = candidates.iter().collect();
        apply(connection, row.key, row.state.own, &candidates, &**transition, *now)?;
        let (counts, revision) = inbox_reads::counts_and_revision(connection, incarnation, user)?;
        // A removed item is answered as it last was.
        let item = inbox_reads::item(connection, incarnation, user, *id, languages)?.unwrap_or(before);
        Ok(Attempt::Made(Box::new(ItemChanged { item, counts, revision })))
    }
}
