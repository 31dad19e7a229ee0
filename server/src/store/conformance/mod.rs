//! What every database has to do, said once: each implementation runs these against itself.

pub(super) mod audience_limits;
pub(super) mod audience_model;
pub(super) mod audiences;
pub(super) mod audit;
pub(super) mod batches;
mod cases;
pub(super) mod categories;
pub(super) mod groups;
pub(super) mod inboxes;
pub(super) mod leases;
pub(super) mod model;
pub(super) mod notifications;
mod plain_inboxes;
pub(super) mod preferences;
pub(super) mod projects;
pub(super) mod providers;
pub(super) mod retention;
pub(super) mod schedule;
pub(super) mod session_keys;
pub(super) mod steps;
pub(super) mod templates;
pub(super) mod texts;
pub(super) mod user_data;
pub(super) mod webhooks;

use std::sync::Arc;

use notification_bell_protocol::{Counts, Timestamp, View};
use uuid::Uuid;

use super::{
    Actor, Audience, AuditAction, AuditEntry, Idempotency, ItemState, ListQuery, NewNotification, NewProject,
    Place, Project, Retention, Selection, SendOutcome, Store, TextsByLocale, Transition, UserRef,
};
use crate::{
    auth::user_id::{UserId, UserIdRule},
    languages::{Languages, Locale},
};

pub(super) use cases::cases;

pub(super) const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
/// A reader who has asked for no language.
pub(super) const ANY: &Languages = &Languages::ANY;

/// A store and a project in it.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) project: Project,
}

impl Bench {
    pub(super) async fn new(store: Arc<dyn Store>) -> Self {
        let project = store.create_project(project("First"), entry()).await.unwrap();
        Self { store, project }
    }

    pub(super) fn user(&self, id: &str) -> UserRef {
        UserRef { project: self.project.key, user: UserId::parse(id, UserIdRule::Lowercase).unwrap() }
    }

    async fn send(&self, users: &[&str], notification: NewNotification) -> SendOutcome {
        self.send_with(users, notification, None).await
    }

    async fn send_with(
        &self,
        users: &[&str],
        notification: NewNotification,
        idempotency: Option<Idempotency>,
    ) -> SendOutcome {
        let users = users.iter().map(|id| self.user(id).user).collect();
        self.store.send(self.project.key, notification, Audience::Users(users), idempotency).await.unwrap()
    }

    async fn ids(&self, user: &UserRef, view: View) -> Vec<String> {
        let query = ListQuery { view, category: None, limit: 100, cursor: None };
        self.store.list(user, query, ANY).await.unwrap().items.into_iter().map(|item| item.id).collect()
    }

    async fn revision(&self, user: &UserRef) -> String {
        self.store.counts(user).await.unwrap().1
    }

    async fn counts(&self, user: &UserRef) -> Counts {
        self.store.counts(user).await.unwrap().0
    }
}

fn project(name: &str) -> NewProject {
    NewProject {
        id: format!("id of {name}"),
        name: name.to_owned(),
        api_key: format!("pk_{name}"),
        sealed_secret: vec![1],
        secret_fingerprint: [7; 32],
        proofs: Vec::new(),
        user_id_rule: UserIdRule::Lowercase,
        origins: Vec::new(),
        locale: Locale::default(),
        retention: Retention::ForGood,
        created_at: NOW,
    }
}

fn entry() -> AuditEntry {
    AuditEntry::new(NOW, Actor::Server, AuditAction::ProjectChanged)
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn notification(number: u128) -> NewNotification {
    NewNotification {
        id: id(number),
        r#type: None,
        category: None,
        title: format!("Number {number}"),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        texts: TextsByLocale::new(),
        group_key: None,
        data: None,
        priority: notification_bell_protocol::Priority::Normal,
        created_at: NOW.plus_ms(i64::try_from(number).unwrap()),
        send_at: None,
        expires_at: None,
    }
}

pub(super) fn read() -> Transition {
    Arc::new(|state| ItemState { read_at: Some(NOW), seen_at: Some(NOW), ..state })
}

fn removed() -> Transition {
    Arc::new(|state| ItemState { place: Place::Removed, ..state })
}

pub(super) fn returned() -> Transition {
    Arc::new(|state| ItemState { place: Place::Inbox, ..state })
}

fn snoozed(until: Timestamp) -> Transition {
    Arc::new(move |state| ItemState { place: Place::Snoozed, snoozed_until: Some(until), ..state })
}

pub(super) fn everything() -> Selection {
    Selection { place: Place::Inbox, ids: None, category: None, up_to: None, after_key: 0 }
}
