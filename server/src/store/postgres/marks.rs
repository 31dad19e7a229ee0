//! Changing items of an inbox: one, or many in steps of a bounded number each.

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use super::{
    counts::ONLY_WANTED,
    items::{self, CANDIDATE_COLUMNS, Candidate, Touched, candidate},
    rows, shared,
    transaction::Db,
};
use crate::store::{
    Selection, StoreError, Transition, UserRef,
    numbers_kept::place_number,
    revision::{Incarnation, StateNumbers},
};

/// How many items one transaction marks. What happens to each may be written for every webhook.
const MARKED_AT_ONCE: usize = 500;

/// Makes one step of a change; gives the items that are others by it, and what is left to be changed.
pub(super) async fn change_items(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
    selection: &Selection,
    transition: &Transition,
    now: Timestamp,
) -> Result<(Vec<Uuid>, Option<Selection>), StoreError> {
    let up_to = selection
        .up_to
        .as_deref()
        .map(|revision| incarnation.state_numbers(revision).ok_or(StoreError::NotOurs("revision")))
        .transpose()?
        .unwrap_or(StateNumbers { own: i64::MAX, shared: i64::MAX });
    let row = shared::settle(db, user, selection, up_to).await?;
    // What comes between the steps is not marked.
    let up_to =
        StateNumbers { own: up_to.own.min(row.state.own), shared: up_to.shared.min(row.state.shared) };
    let candidates = match &selection.ids {
        Some(_) => named(db, user, row.key, selection, up_to).await?,
        None => selected(db, row.key, selection, up_to).await?,
    };
    let is_changed = |own: &&Candidate| transition(own.state.clone()) != own.state;
    let changed = candidates.iter().filter(is_changed).map(|own| own.id).collect();
    let items = candidates.iter().map(|candidate| (candidate, transition)).collect();
    items::apply(db, &[Touched { inbox: row.key, revision: row.state.own, items }], now).await?;
    let last = candidates.last().filter(|_| selection.ids.is_none() && candidates.len() == MARKED_AT_ONCE);
    let rest = last.map(|last| Selection {
        up_to: Some(incarnation.revision(up_to)),
        after_key: last.notification,
        ..selection.clone()
    });
    Ok((changed, rest))
}

/// The first items of a selection, in the order of their notifications.
async fn selected(
    db: &Db<'_>,
    inbox: i64,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.inbox = $1 AND i.place = $2 AND i.arrived <= $3 AND i.shared <= $4 \
         AND ($5::text IS NULL OR i.category = $5) {ONLY_WANTED} \
         AND i.notification > $6 ORDER BY i.notification LIMIT $7"
    );
    let found = db
        .all(
            &sql,
            &[
                &inbox,
                &place_number(selection.place),
                &up_to.own,
                &up_to.shared,
                &selection.category.as_deref().map(rows::sought),
                &selection.after_key,
                &rows::limit(MARKED_AT_ONCE),
            ],
        )
        .await?;
    found.iter().map(candidate).collect()
}

async fn named(
    db: &Db<'_>,
    user: &UserRef,
    inbox: i64,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS} FROM notifications n JOIN items i ON i.notification = n.key AND i.inbox = $1 \
         WHERE n.id = ANY($2) AND n.project = $3 AND i.place <> 3 AND i.arrived <= $4 \
         AND i.shared <= $5 AND ($6::text IS NULL OR i.category = $6) {ONLY_WANTED} ORDER BY i.notification"
    );
    let found = db
        .all(
            &sql,
            &[
                &inbox,
                &selection.ids,
                &user.project.0,
                &up_to.own,
                &up_to.shared,
                &selection.category.as_deref().map(rows::sought),
            ],
        )
        .await?;
    found.iter().map(items::candidate).collect()
}
