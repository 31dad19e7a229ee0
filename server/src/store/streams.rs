//! What an open stream asks of the database.

use std::{marker, sync::Arc};

use async_trait::async_trait;
use notification_bell_protocol::{Counts, Revision};

use super::{Changes, Look, SessionStanding, StoreError, UserRef};
use crate::{auth::user_id::UserId, languages::Languages};

/// Where inboxes are, what has changed in them, and which sessions still count. Streams ask for nothing else.
#[async_trait]
pub trait StreamStore: Send + marker::Sync {
    /// The numbers and the state now.
    async fn counts(&self, user: &UserRef) -> Result<(Counts, Revision), StoreError>;

    /// What changed since a state. Items are in the languages that [`InboxStore::list`](super::InboxStore::list) has them in.
    async fn changes(
        &self,
        user: &UserRef,
        since: &str,
        languages: &Languages,
    ) -> Result<Changes, StoreError>;

    /// The same for many inboxes at once, each with its own outcome, in their order. Those of one project and state are
    /// read for much less than one by one. Nothing for those in which something has to be written first: that is to be
    /// asked for one by one, so that no other waits for it.
    async fn changes_of_many(
        &self,
        looks: Arc<[Look]>,
    ) -> Result<Vec<Result<Option<Changes>, StoreError>>, StoreError>;

    /// What a token of this project, user and `jti` is still worth; `None` if there is no such project. Nothing bad is
    /// known of a user who was never heard of.
    async fn session_standing(
        &self,
        project_id: &str,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<SessionStanding>, StoreError>;
}
