//! Changing many items, a bounded number in one transaction.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    counts::ONLY_WANTED,
    inbox_changes::{CANDIDATE_COLUMNS, Candidate, apply, candidate},
    inbox_reads, rows, shared,
};
use crate::store::{
    ItemState, MarkStep, Selection, StoreError, UserRef,
    revision::{Incarnation, StateNumbers},
};

/// How many items one transaction marks. What happens to each may be written for every webhook.
const MARKED_AT_ONCE: usize = 500;

pub(super) fn change_items(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    selection: &Selection,
    transition: &dyn Fn(ItemState) -> ItemState,
    now: Timestamp,
) -> Result<MarkStep, StoreError> {
    let up_to = selection
        .up_to
        .as_deref()
        .map(|revision| incarnation.state_numbers(revision).ok_or(StoreError::NotOurs("revision")))
        .transpose()?
        .unwrap_or(StateNumbers { own: i64::MAX, shared: i64::MAX });
    let Some(row) = shared::settle(connection, user, selection, up_to, usize::MAX)? else {
        return Err(StoreError::Database("there is no bound on what is settled here".into()));
    };
    // What comes between the steps is not marked.
    let up_to =
        StateNumbers { own: up_to.own.min(row.state.own), shared: up_to.shared.min(row.state.shared) };
    let candidates = match &selection.ids {
        Some(ids) => named(connection, user, row.key, selection, ids, up_to)?,
        None => selected(connection, row.key, selection, up_to)?,
    };
    apply(connection, row.key, row.state.own, &candidates.iter().collect::<Vec<_>>(), transition, now)?;
    let last = candidates.last().filter(|_| selection.ids.is_none() && candidates.len() == MARKED_AT_ONCE);
    let rest = last.map(|last| Selection {
        up_to: Some(incarnation.revision(up_to)),
        after_key: last.notification,
        ..selection.clone()
    });
    let (counts, revision) = inbox_reads::counts_and_revision(connection, incarnation, user)?;
    let is_changed = |own: &&Candidate| transition(own.state.clone()) != own.state;
    let changed = candidates.iter().filter(is_changed).map(|own| own.id).collect();
    Ok(MarkStep { counts, revision, changed, rest })
}

/// The first items of a selection, in the order of their notifications.
fn selected(
    connection: &Connection,
    user_key: i64,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.user = ?1 AND i.place = ?2 AND i.arrived <= ?3 AND i.shared <= ?4 \
         AND (?5 IS NULL OR i.category = ?5) {ONLY_WANTED} \
         AND i.notification > ?6 ORDER BY i.notification LIMIT ?7"
    );
    let parameters = params![
        user_key,
        rows::place_number(selection.place),
        up_to.own,
        up_to.shared,
        selection.category,
        selection.after_key,
        i64::try_from(MARKED_AT_ONCE).unwrap_or(i64::MAX)
    ];
    Ok(connection.prepare_cached(&sql)?.query_map(parameters, candidate)?.collect::<Result<_, _>>()?)
}

pub(super) fn named(
    connection: &Connection,
    user: &UserRef,
    user_key: i64,
    selection: &Selection,
    ids: &[Uuid],
    up_to: StateNumbers,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS} FROM notifications n JOIN items i ON i.notification = n.key AND i.user = ?1 \
         WHERE n.id = ?2 AND n.project = ?3 AND i.place <> 3 AND i.arrived <= ?4 \
         AND i.shared <= ?5 AND (?6 IS NULL OR i.category = ?6) {ONLY_WANTED}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let mut found = Vec::new();
    for id in distinct {
        let parameters =
            params![user_key, id.as_bytes(), user.project.0, up_to.own, up_to.shared, selection.category];
        found.extend(statement.query_row(parameters, candidate).optional()?);
    }
    Ok(found)
}
