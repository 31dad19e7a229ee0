//! What an open stream asks of PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use notification_bell_protocol::{Counts, Revision};

use super::{
    PostgresStore,
    inbox::reading_folded,
    inbox_reads, keys, looks,
    transaction::{reading, writing},
};
use crate::{
    auth::user_id::UserId,
    languages::Languages,
    store::{Changes, Look, SessionStanding, StoreError, StreamStore, UserRef},
};

#[async_trait]
impl StreamStore for PostgresStore {
    async fn counts(&self, user: &UserRef) -> Result<(Counts, Revision), StoreError> {
        reading_folded!(self, user, db => inbox_reads::counts_and_revision(db, &self.incarnation, user).await)
    }

    async fn changes(
        &self,
        user: &UserRef,
        since: &str,
        languages: &Languages,
    ) -> Result<Changes, StoreError> {
        reading_folded!(self, user, db => {
            inbox_reads::changes(db, &self.incarnation, user, since, languages).await
        })
    }

    async fn changes_of_many(
        &self,
        looks: Arc<[Look]>,
    ) -> Result<Vec<Result<Option<Changes>, StoreError>>, StoreError> {
        reading!(self, db => looks::read(db, &self.incarnation, &looks).await)
    }

    async fn session_standing(
        &self,
        project_id: &str,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<SessionStanding>, StoreError> {
        reading!(self, db => keys::session_standing(db, project_id, user, session_id).await)
    }
}
