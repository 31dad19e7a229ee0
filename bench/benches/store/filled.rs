//! A database with as much in it as a site gathers in years.

use std::{cell::Cell, env, ops::Range};

use futures_util::{StreamExt, stream};
use notification_bell_protocol::{Priority, Timestamp, View};
use notification_bell_server::{
    auth::user_id::{UserId, UserIdRule},
    languages::{Languages, Locale},
    randomness::SystemRandomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, InboxStore, ListQuery, NewNotification, NewProject,
        ProjectKey, ProjectStore, Retention, TextsByLocale, TopicStore, UserRef, sqlite::SqliteStore,
    },
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The topic with many subscribers.
pub(crate) const TOPIC: &str = "releases";

/// How many rows are in the inboxes of others, unless `BELL_BENCH_ROWS` says it.
const ROWS: u64 = 1_000_000;
/// In the inbox that is read.
const INBOX: u64 = 100_000;
/// Whom a send to everyone reaches, and how many of them are in the topic.
const USERS: u64 = 1_000_000;
const SUBSCRIBERS: u64 = 100_000;
/// In how many inboxes the rows of others are.
const OTHERS: u64 = 10_000;
/// Recipients of one send, users of one call.
const RECIPIENTS: u64 = 1_000;
const PART: u64 = 100_000;
/// Sends at once: enough for the writer to put many into one transaction.
const AT_ONCE: usize = 256;
const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
const CATEGORIES: [&str; 4] = ["billing", "news", "orders", "security"];

/// A full database.
pub(crate) struct Filled {
    pub(crate) runtime: Runtime,
    pub(crate) store: SqliteStore,
    /// Whose inbox is read.
    pub(crate) reader: UserRef,
    project: ProjectKey,
    /// Of the next notification; its id and its time go by it.
    number: Cell<u64>,
    _folder: TempDir,
}

impl Filled {
    /// Fills one, which takes minutes.
    pub(crate) fn new() -> Self {
        let rows = env::var("BELL_BENCH_ROWS")
            .map_or(ROWS, |rows| rows.parse().expect("BELL_BENCH_ROWS is a number"));
        let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
        let path = folder.path().join("bell.db");
        let store = SqliteStore::open_or_create(&path, &SystemRandomness, Box::new(|_, _| ()))
            .expect("a database can be made");
        let runtime = Runtime::new().expect("a runtime can be made");
        let project =
            runtime.block_on(store.create_project(project(), entry())).expect("a project can be made").key;
        let reader = UserRef { project, user: user("reader@example.com") };
        let filled = Self { runtime, store, reader, project, number: Cell::new(0), _folder: folder };
        filled.runtime.block_on(filled.fill(rows));
        filled
    }

    /// Sends one more.
    pub(crate) async fn send(&self, audience: Audience) {
        let number = self.number.replace(self.number.get() + 1);
        self.store.send(self.project, notification(number), audience, None).await.expect("it can be sent");
    }

    /// The cursor after so many pages.
    pub(crate) fn deep_cursor(&self, pages: usize, limit: usize) -> String {
        self.runtime.block_on(async {
            let mut cursor = None;
            for _ in 0..pages {
                let query = ListQuery { view: View::All, category: None, limit, cursor };
                let page = self.store.list(&self.reader, query, &Languages::ANY).await;
                cursor = page.expect("it can be read").next;
            }
            cursor.expect("the inbox is as deep as that")
        })
    }

    /// The reader's revision before so many more came, which come now.
    pub(crate) fn revision_before(&self, items: u64) -> String {
        self.runtime.block_on(async {
            let (_, revision) = self.store.counts(&self.reader).await.expect("it can be read");
            for _ in 0..items {
                self.send(Audience::Users(vec![self.reader.user.clone()])).await;
            }
            revision
        })
    }

    async fn fill(&self, rows: u64) {
        // Whoever is subscribed is known.
        for from in (0..USERS).step_by(usize::try_from(PART).unwrap_or(usize::MAX)) {
            let topic = if from < SUBSCRIBERS { TOPIC } else { "others" };
            let users = others(from..from + PART);
            self.store.subscribe(self.project, topic, users, 2).await.expect("they can be subscribed");
        }
        let to_others = (0..rows.div_ceil(RECIPIENTS)).map(|send| {
            Audience::Users((0..RECIPIENTS).map(|user| other((send * RECIPIENTS + user) % OTHERS)).collect())
        });
        let to_reader = (0..INBOX).map(|_| Audience::Users(vec![self.reader.user.clone()]));
        stream::iter(to_others.chain(to_reader))
            .map(|audience| self.send(audience))
            .buffer_unordered(AT_ONCE)
            .for_each(async |()| ())
            .await;
    }
}

/// Some of the other users.
pub(crate) fn others(numbers: Range<u64>) -> Vec<UserId> {
    numbers.map(other).collect()
}

fn user(id: &str) -> UserId {
    UserId::parse(id, UserIdRule::Lowercase).expect("it is the id of a user")
}

fn other(number: u64) -> UserId {
    user(&format!("user-{number}"))
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
    let category = usize::try_from(number).map_or(0, |number| number % CATEGORIES.len());
    NewNotification {
        id: Uuid::from_u128(number.into()),
        r#type: None,
        category: Some(CATEGORIES[category].to_owned()),
        title: format!("Invoice {number} was paid"),
        body: Some("Business cards, 96.00 EUR, by card. The receipt is attached to the order.".to_owned()),
        url: Some(format!("/invoices/{number}")),
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
