//! What a change does to an item, and the inboxes of a database as a whole.

use async_trait::async_trait;
use notification_bell_protocol::{InboxPage, Item, ItemChanged, Timestamp};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    SqliteStore,
    counts::{self, Delta},
    happenings, inbox_reads,
    item_change::{Attempt, ItemChange},
    lists, marks, rows, sends, shared, time,
};
use crate::{
    languages::Languages,
    store::{
        Audience, DueWork, Edition, Idempotency, InboxStore, ItemState, ListQuery, MarkStep, NewNotification,
        Place, ProjectKey, Selection, SendOutcome, StoreError, Transition, UserRef,
        numbers_kept::{due_at, position},
    },
};

/// A send to more users than this waits with the large ones.
pub(super) const LARGE_SEND: usize = 50;
/// A change that has more than this to settle waits with the large ones.
pub(super) const LARGE_SETTLING: usize = 100;

/// A row that may change: its key within its user, and its state.
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

pub(super) fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        notification: row.get("notification")?,
        id: Uuid::from_bytes(row.get("id")?),
        category: row.get("category")?,
        created_at: rows::moment(row.get("created_at")?),
        expires_at: rows::optional_moment(row, "expires_at")?,
        state: rows::state(row)?,
    })
}

/// Applies a transition to some items of one user: one revision for all that changed, none if nothing did.
/// `removed_at` dates the tombstones of those that are removed, and what happened to the others.
pub(super) fn apply(
    connection: &Connection,
    user: i64,
    revision: i64,
    candidates: &[&Candidate],
    transition: &dyn Fn(ItemState) -> ItemState,
    removed_at: Timestamp,
) -> Result<bool, StoreError> {
    let mut delta = Delta::default();
    let mut changed = false;
    for candidate in candidates {
        let after = transition(candidate.state.clone());
        if after == candidate.state {
            continue;
        }
        changed = true;
        delta.add(candidate.category.as_deref(), Some(&candidate.state), &after);
        write(connection, user, revision + 1, candidate, &after, removed_at)?;
        happenings::note(connection, user, candidate, &after, removed_at)?;
    }
    if changed {
        delta.write(connection, user, revision + 1)?;
    }
    Ok(changed)
}

pub(super) fn write(
    connection: &Connection,
    user: i64,
    revision: i64,
    candidate: &Candidate,
    state: &ItemState,
    removed_at: Timestamp,
) -> Result<(), StoreError> {
    let actions_done = (!state.actions_done.is_empty())
        .then(|| serde_json::to_string(&state.actions_done))
        .transpose()
        .map_err(|error| StoreError::Database(Box::new(error)))?;
    let unix_ms = |moment: Option<Timestamp>| moment.map(Timestamp::unix_ms);
    connection
        .prepare_cached(
            "UPDATE items SET revision = ?3, place = ?4, position = ?5, seen_at = ?6, read_at = ?7, \
             archived_at = ?8, snoozed_until = ?9, actions_done = ?10, due_at = ?11, removed_at = ?12, \
             arrived = CASE WHEN ?13 THEN ?3 ELSE arrived END WHERE user = ?1 AND notification = ?2",
        )?
        .execute(params![
            user,
            candidate.notification,
            revision,
            rows::place_number(state.place),
            position(state, candidate.created_at).unix_ms(),
            unix_ms(state.seen_at),
            unix_ms(state.read_at),
            unix_ms(state.archived_at),
            unix_ms(state.snoozed_until),
            actions_done,
            unix_ms(due_at(state, candidate.expires_at)),
            (state.place == Place::Removed).then(|| removed_at.unix_ms()),
            // Back from being put aside, it is new to whoever looks at the list.
            candidate.state.place == Place::Snoozed && state.place == Place::Inbox,
        ])?;
    Ok(())
}

impl SqliteStore {
    /// Reads an inbox in which nothing shared has yet to take the place of what it repeats.
    pub(super) async fn read_folded<T: Send + 'static>(
        &self,
        user: &UserRef,
        read: impl Fn(&Connection) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        let (asked, attempt) = (user.clone(), read.clone());
        let attempt = self.readers.run(move |connection| {
            let row = counts::user_row(connection, asked.project.0, asked.user.as_str())?;
            if shared::has_repeats(connection, &row)? { Ok(None) } else { attempt(connection).map(Some) }
        });
        if let Some(read) = attempt.await? {
            return Ok(read);
        }
        let (asked, user) = (user.clone(), user.clone());
        let fold = move |connection: &Connection| shared::fold_repeats(connection, &asked, LARGE_SETTLING);
        if !self.writer.run_repeatable(fold).await? {
            let fold = move |connection: &Connection| shared::fold_repeats(connection, &user, usize::MAX);
            self.writer.run_large(fold).await?;
        }
        self.readers.run(read).await
    }
}

#[async_trait]
impl InboxStore for SqliteStore {
    async fn send(
        &self,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError> {
        self.send_with(project, notification, audience, idempotency, || true).await
    }

    async fn send_of_edition(
        &self,
        edition: Edition,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError> {
        let now = self.writer.editions();
        self.send_with(project, notification, audience, idempotency, move || now() == edition).await
    }

    async fn repeated_send(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<Option<SendOutcome>, StoreError> {
        let idempotency = idempotency.clone();
        self.readers.run(move |connection| sends::repeated(connection, project, &idempotency)).await
    }

    async fn list(
        &self,
        user: &UserRef,
        query: ListQuery,
        languages: &Languages,
    ) -> Result<InboxPage, StoreError> {
        let (incarnation, user, languages) = (self.incarnation.clone(), user.clone(), languages.clone());
        self.read_folded(&user.clone(), move |connection| {
            lists::list(connection, &incarnation, &user, &query, &languages)
        })
        .await
    }

    async fn item(&self, user: &UserRef, id: Uuid) -> Result<Option<Item>, StoreError> {
        let (incarnation, user) = (self.incarnation.clone(), user.clone());
        self.read_folded(&user.clone(), move |connection| {
            inbox_reads::item(connection, &incarnation, &user, id, &Languages::ANY)
        })
        .await
    }

    async fn change_item(
        &self,
        user: &UserRef,
        id: Uuid,
        now: Timestamp,
        transition: Transition,
        languages: &Languages,
    ) -> Result<Option<ItemChanged>, StoreError> {
        let change = ItemChange {
            incarnation: self.incarnation.clone(),
            user: user.clone(),
            id,
            now,
            transition,
            languages: languages.clone(),
        };
        let attempted = change.clone();
        let mut attempt =
            self.writer.run_repeatable(move |connection| attempted.make(connection, LARGE_SETTLING)).await?;
        if matches!(attempt, Attempt::TooLarge) {
            attempt = self.writer.run_large(move |connection| change.make(connection, usize::MAX)).await?;
        }
        Ok(if let Attempt::Made(changed) = attempt { Some(*changed) } else { None })
    }

    async fn change_items(
        &self,
        user: &UserRef,
        selection: Selection,
        now: Timestamp,
        transition: Transition,
    ) -> Result<MarkStep, StoreError> {
        let (incarnation, user) = (self.incarnation.clone(), user.clone());
        self.writer
            .run_large(move |connection| {
                marks::change_items(connection, &incarnation, &user, &selection, &*transition, now)
            })
            .await
    }

    async fn advance(&self, now: Timestamp, returned: Transition) -> Result<DueWork, StoreError> {
        self.writer.run(move |connection| time::advance(connection, now, &*returned)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.run(time::next_at).await
    }
}
