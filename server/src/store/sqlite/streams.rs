//! What an open stream asks of SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use notification_bell_protocol::{Counts, Revision};

use super::{SqliteStore, inbox_reads, keys, looks};
use crate::{
    auth::user_id::UserId,
    languages::Languages,
    store::{Changes, Look, SessionStanding, StoreError, StreamStore, UserRef},
};

#[async_trait]
impl StreamStore for SqliteStore {
    async fn counts(&self, user: &UserRef) -> Result<(Counts, Revision), StoreError> {
        let (incarnation, user) = (self.incarnation.clone(), user.clone());
        self.read_folded(&user.clone(), move |connection| {
            inbox_reads::counts_and_revision(connection, &incarnation, &user)
        })
        .await
    }

    async fn changes(
        &self,
        user: &UserRef,
        since: &str,
        languages: &Languages,
    ) -> Result<Changes, StoreError> {
        let (incarnation, user, since) = (self.incarnation.clone(), user.clone(), since.to_owned());
        let languages = languages.clone();
        self.read_folded(&user.clone(), move |connection| {
            inbox_reads::changes(connection, &incarnation, &user, &since, &languages)
        })
        .await
    }

    async fn changes_of_many(
        &self,
        looks: Arc<[Look]>,
    ) -> Result<Vec<Result<Option<Changes>, StoreError>>, StoreError> {
        let incarnation = self.incarnation.clone();
        self.readers.run(move |connection| looks::read(connection, &incarnation, &looks)).await
    }

    async fn session_standing(
        &self,
        project_id: &str,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<SessionStanding>, StoreError> {
        let (project_id, user, session_id) = (project_id.to_owned(), user.clone(), session_id.to_owned());
        self.readers
            .run(move |connection| keys::session_standing(connection, &project_id, &user, &session_id))
            .await
    }
}
