//! The inboxes of a database as a whole.

use async_trait::async_trait;
use notification_bell_protocol::{InboxPage, Item, ItemChanged, Timestamp};
use uuid::Uuid;

use super::{
    PostgresStore, audit,
    gathering::NamedSend,
    idempotency, inbox_reads, lists, marks, sends, time,
    transaction::{reading, writing},
};
use crate::{
    languages::Languages,
    store::{
        Audience, DueWork, Edition, Idempotency, InboxStore, ListQuery, MarkStep, NewNotification, Place,
        ProjectKey, Selection, SendOutcome, StoreError, Transition, UserRef,
    },
};

/// Reads an inbox in which nothing shared has yet to take the place of what it repeats.
macro_rules! reading_folded {
    ($store:expr, $user:expr, $db:ident => $read:expr) => {{
        let attempt = reading!($store, $db => {
            async {
                let row = $crate::store::postgres::users::read($db, $user).await?;
                if $crate::store::postgres::shared::has_repeats($db, &row).await? { Ok(None) } else { $read.map(Some) }
            }
            .await
        });
        match attempt {
            Ok(None) => match writing!($store, $db => $crate::store::postgres::shared::fold_repeats($db, $user).await) {
                Ok(()) => reading!($store, $db => $read),
                Err(error) => Err(error),
            },
            Ok(Some(read)) => Ok(read),
            Err(error) => Err(error),
        }
    }};
}
pub(super) use reading_folded;

impl PostgresStore {
    /// Sends, if the edition is the one that is named, or none is.
    async fn send_with(
        &self,
        edition: Option<Edition>,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError> {
        if NamedSend::can_be_gathered(&notification, &audience)
            && let Audience::Users(users) = audience
        {
            let send = NamedSend { edition, project, notification, users, idempotency };
            return self.gathering.send(send).await;
        }
        writing!(self, db => {
            async {
                if let Some(edition) = edition {
                    let now = audit::lasting_edition(db).await?;
                    // What is asked from now on is asked with it.
                    self.connections.learn(now);
                    if edition != now {
                        return Ok(SendOutcome::Outdated);
                    }
                }
                sends::send(db, project, &notification, &audience, idempotency.as_ref()).await
            }
            .await
        })
    }
}

#[async_trait]
impl InboxStore for PostgresStore {
    async fn send(
        &self,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError> {
        self.send_with(None, project, notification, audience, idempotency).await
    }

    async fn send_of_edition(
        &self,
        edition: Edition,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError> {
        self.send_with(Some(edition), project, notification, audience, idempotency).await
    }

    async fn repeated_send(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<Option<SendOutcome>, StoreError> {
        reading!(self, db => idempotency::repeated(db, project, idempotency).await)
    }

    async fn list(
        &self,
        user: &UserRef,
        query: ListQuery,
        languages: &Languages,
    ) -> Result<InboxPage, StoreError> {
        reading_folded!(self, user, db => lists::list(db, &self.incarnation, user, &query, languages).await)
    }

    async fn item(&self, user: &UserRef, id: Uuid) -> Result<Option<Item>, StoreError> {
        reading_folded!(self, user, db => {
            inbox_reads::item(db, &self.incarnation, user, id, &Languages::ANY).await
        })
    }

    async fn change_item(
        &self,
        user: &UserRef,
        id: Uuid,
        now: Timestamp,
        transition: Transition,
        languages: &Languages,
    ) -> Result<Option<ItemChanged>, StoreError> {
        let read = async || {
            reading!(self, db => {
                async {
                    let item = inbox_reads::item(db, &self.incarnation, user, id, languages).await?;
                    let (counts, revision) =
                        inbox_reads::counts_and_revision(db, &self.incarnation, user).await?;
                    Ok::<_, StoreError>((item, counts, revision))
                }
                .await
            })
        };
        let Some(before) = read().await?.0 else { return Ok(None) };
        let selection =
            Selection { place: Place::Inbox, ids: Some(vec![id]), category: None, up_to: None, after_key: 0 };
        writing!(self, db => {
            marks::change_items(db, &self.incarnation, user, &selection, &transition, now).await
        })?;
        // The answer shows one moment after the change: within its transaction, what is shared might come between one
        // statement and the next.
        let (item, counts, revision) = read().await?;
        // A removed item is answered as it last was.
        Ok(Some(ItemChanged { item: item.unwrap_or(before), counts, revision }))
    }

    async fn change_items(
        &self,
        user: &UserRef,
        selection: Selection,
        now: Timestamp,
        transition: Transition,
    ) -> Result<MarkStep, StoreError> {
        let (changed, rest) = writing!(self, db => {
            marks::change_items(db, &self.incarnation, user, &selection, &transition, now).await
        })?;
        let (counts, revision) =
            reading!(self, db => inbox_reads::counts_and_revision(db, &self.incarnation, user).await)?;
        Ok(MarkStep { counts, revision, changed, rest })
    }

    async fn advance(&self, now: Timestamp, returned: Transition) -> Result<DueWork, StoreError> {
        time::advance(self, now, &returned).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        reading!(self, db => time::next_at(db).await)
    }
}
