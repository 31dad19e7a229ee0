//! What the commands that work on the database need: the database, the keys to it, and the project that is meant.

use std::sync::Arc;

use super::CommandError;
use crate::{
    auth::{master_key::MasterKey, project_secret, proofs::Secrets},
    clock::{Clock, CommonClock, SystemClock},
    config::{Database, Settings},
    hub::{Hub, LocalBus},
    ids::IdGenerator,
    inbox::Inbox,
    randomness::{Randomness, SystemRandomness},
    store::{
        Actor, AuditAction, AuditEntry, Project, Store, StoreError,
        postgres::{PostgresStore, Role},
        sqlite::SqliteStore,
    },
};

/// The opened database and what goes with it.
pub(super) struct Office {
    pub(super) store: Arc<dyn Store>,
    pub(super) master_key: Arc<MasterKey>,
    pub(super) ids: Arc<IdGenerator>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) randomness: Arc<dyn Randomness>,
}

impl Office {
    /// Does something with the database that is there, and leaves it closed.
    pub(super) async fn work<T>(
        settings: &Settings,
        work: impl AsyncFnOnce(&Self) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        Self::open(settings, false).await?.run(work).await
    }

    /// The same, making the database if it is not there.
    pub(super) async fn work_or_create<T>(
        settings: &Settings,
        work: impl AsyncFnOnce(&Self) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        Self::open(settings, true).await?.run(work).await
    }

    async fn open(settings: &Settings, may_create: bool) -> Result<Self, CommandError> {
        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness);
        let store = open(settings, may_create, &*randomness).await?;
        let clock = CommonClock::new(Arc::new(SystemClock));
        clock.compare(&*store).await?;
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let master_key = Arc::new(settings.master_key(&*randomness)?);
        let ids = Arc::new(IdGenerator::new(Arc::clone(&clock), Arc::clone(&randomness)));
        Ok(Self { store, master_key, ids, clock, randomness })
    }

    async fn run<T>(
        self,
        work: impl AsyncFnOnce(&Self) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        let outcome = work(&self).await;
        self.store.close().await;
        outcome
    }

    /// The inboxes. There are no streams here: a running server notices that the database changed.
    pub(super) fn inbox(&self) -> Inbox {
        let bus = Arc::new(LocalBus::new(Arc::new(Hub::default())));
        Inbox::new(Arc::clone(&self.store), bus, Arc::clone(&self.clock), Arc::clone(&self.ids))
    }

    /// The beginning of an entry of the audit log.
    pub(super) fn audit(&self, action: AuditAction) -> AuditEntry {
        AuditEntry::new(self.clock.now(), Actor::CommandLine, action)
    }

    /// The project with this id, name or public key; the only one, if none is named.
    pub(super) async fn project(&self, reference: Option<&str>) -> Result<Project, CommandError> {
        let projects = self.store.projects().await?;
        let Some(reference) = reference else {
            return match <[Project; 1]>::try_from(projects) {
                Ok([only]) => Ok(only),
                Err(projects) if projects.is_empty() => Err(CommandError::Failed(
                    "there is no project yet: `project create` makes one".to_owned(),
                )),
                Err(_) => Err(CommandError::Usage(
                    "there are several projects: say which with --project".to_owned(),
                )),
            };
        };
        projects
            .into_iter()
            .find(|project| {
                [&project.id, &project.name, &project.api_key].iter().any(|text| *text == reference)
            })
            .ok_or_else(|| {
                CommandError::Failed(format!(
                    "no project has the id, name or apiKey \"{reference}\": see `project list`"
                ))
            })
    }

    /// The secrets of a project that count now.
    pub(super) fn secrets(&self, project: &Project) -> Result<Secrets, CommandError> {
        Ok(project_secret::open(&self.master_key, project, self.clock.now())?)
    }
}

/// Opens the database for a command. One in PostgreSQL is there, and only its tables may have to be made.
async fn open(
    settings: &Settings,
    may_create: bool,
    randomness: &dyn Randomness,
) -> Result<Arc<dyn Store>, StoreError> {
    match settings.database() {
        Database::Sqlite(path) if may_create => {
            Ok(Arc::new(SqliteStore::open_or_create(path, randomness, Box::new(|_, _| ()))?))
        }
        Database::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path, randomness, Box::new(|_, _| ()))?)),
        Database::Postgres(address) => {
            let opened = PostgresStore::open(address, Role::Command, randomness, Box::new(|_, _| ()));
            Ok(Arc::new(opened.await?))
        }
    }
}
