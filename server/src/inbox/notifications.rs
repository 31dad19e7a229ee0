//! What was sent: looking at it again, and taking it back.

use std::time::Duration;

use uuid::Uuid;

use super::Inbox;
use crate::{
    error::Error,
    hub::Wake,
    lease::Lease,
    store::{NotificationPage, NotificationQuery, NotificationRecord, ProjectKey, StoreError},
};

/// How often it is looked whether a withdrawal was left unfinished, by a crash or a store that failed.
const LOOK_EVERY: Duration = Duration::from_mins(1);

const NO_NOTIFICATION: Error = Error::NotFound("This project has no such notification.");

impl Inbox {
    /// A notification, and what became of it.
    ///
    /// # Errors
    /// No such notification, or a store that fails.
    pub async fn notification(&self, project: ProjectKey, id: Uuid) -> Result<NotificationRecord, Error> {
        self.store.notification(project, id).await?.ok_or(NO_NOTIFICATION)
    }

    /// What was sent, the newest first.
    ///
    /// # Errors
    /// A cursor that was made up, or a store that fails.
    pub async fn notifications(
        &self,
        project: ProjectKey,
        query: NotificationQuery,
    ) -> Result<NotificationPage, Error> {
        Ok(self.store.search_notifications(project, query).await?)
    }

    /// Takes a notification out of every inbox, and out of open panels. Again, it changes nothing.
    ///
    /// # Errors
    /// No such notification, or a store that fails: what is left of it then goes later.
    pub async fn withdraw(&self, project: ProjectKey, id: Uuid) -> Result<(), Error> {
        if self.take_out(project, id).await? { Ok(()) } else { Err(NO_NOTIFICATION) }
    }

    /// Finishes what others began, now and from time to time while this process has the lease, until it is dropped.
    pub async fn finish_withdrawals(&self, lease: &Lease) {
        loop {
            let finished = async {
                let _under_lease = lease.held().await;
                for (project, id) in self.store.unfinished_withdrawals().await? {
                    self.take_out(project, id).await?;
                }
                Ok::<_, StoreError>(())
            };
            if let Err(error) = finished.await {
                tracing::warn!(%error, "a notification that was withdrawn is still in inboxes");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn take_out(&self, project: ProjectKey, id: Uuid) -> Result<bool, StoreError> {
        while let Some(step) = self.store.withdraw(project, id, self.clock.now()).await? {
            let shared = step.shared.then_some(Wake::Project(project));
            let wakes: Vec<Wake> = step.changed.into_iter().map(Wake::Changed).chain(shared).collect();
            self.publish(&wakes).await;
            if !step.more {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
