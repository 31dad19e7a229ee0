//! A database with a project, and one reader to send to: below HTTP, proofs and JSON.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use full_inboxes::{READER, Words};
use notification_bell_protocol::{Priority, Timestamp};
use notification_bell_server::{
    auth::user_id::{UserId, UserIdRule},
    languages::Locale,
    randomness::Randomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, InboxStore, NewNotification, NewProject, ProjectKey,
        ProjectStore, Retention, Store, TextsByLocale, UserRef, sqlite::SqliteStore,
    },
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

pub(crate) const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// A store of its own, and who is in it.
pub(crate) struct Database {
    /// Of one thread: the store has its own.
    pub(crate) runtime: Runtime,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) project: ProjectKey,
    /// Whose inbox is read.
    pub(crate) reader: UserRef,
    /// Of the next notification; its id and its time go by it.
    number: Cell<u64>,
    _folder: TempDir,
}

impl Database {
    /// One with nothing in it but the project.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
        let path = folder.path().join("bell.db");
        let store = SqliteStore::open_or_create(&path, &Counted::default(), Box::new(|_, _| ()))
            .expect("a database can be made");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let project =
            runtime.block_on(store.create_project(project(), entry())).expect("a project can be made").key;
        let reader = UserRef { project, user: user(READER) };
        Self { runtime, store: Arc::new(store), project, reader, number: Cell::new(0), _folder: folder }
    }

    /// Sends one more.
    pub(crate) async fn send(&self, audience: Audience) {
        let number = self.number.replace(self.number.get() + 1);
        self.store.send(self.project, notification(number), audience, None).await.expect("it can be sent");
    }

    /// Waits for what the store answers.
    pub(crate) fn wait_for<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// The reader alone.
    pub(crate) fn to_reader(&self) -> Audience {
        Audience::Users(vec![self.reader.user.clone()])
    }
}

/// What the store still has to do in the background, such as moving its log, belongs to what was done and is done.
impl Drop for Database {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
    }
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::parse(id, UserIdRule::Lowercase).expect("it is the id of a user")
}

/// The same bytes in every run, so that the same is done in every run.
#[derive(Default)]
pub(crate) struct Counted(AtomicU8);

impl Randomness for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn project() -> NewProject {
    NewProject {
        id: "project".to_owned(),
        name: "Project".to_owned(),
        api_key: "pk_project".to_owned(),
        sealed_secret: vec![1],
        secret_fingerprint: [1; 32],
        proofs: Vec::new(),
        user_id_rule: UserIdRule::Lowercase,
        origins: Vec::new(),
        locale: Locale::default(),
        retention: Retention::ForGood,
        created_at: START,
    }
}

fn entry() -> AuditEntry {
    AuditEntry::new(START, Actor::Server, AuditAction::ProjectChanged)
}

fn notification(number: u64) -> NewNotification {
    let Words { title, body, url, category } = Words::of(number);
    NewNotification {
        id: Uuid::from_u128(number.into()),
        r#type: None,
        category: Some(category.to_owned()),
        title,
        body: Some(body.to_owned()),
        url: Some(url),
        icon: None,
        image: None,
        actions: Vec::new(),
        texts: TextsByLocale::new(),
        group_key: None,
        data: None,
        priority: Priority::Normal,
        created_at: START.plus_ms(i64::try_from(number).unwrap_or(i64::MAX)),
        send_at: None,
        expires_at: None,
    }
}
