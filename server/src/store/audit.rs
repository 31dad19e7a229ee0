//! The audit log: who changed what about keys, projects, providers, webhooks, templates, categories and users, and how often
//! proofs failed.
//!
//! An entry is written in the transaction of the change it tells of, so that neither is there without the other.

use std::fmt;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value};

use super::StoreError;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever may run the program on its database.
    CommandLine,
    /// A backend, by the id of its API key.
    ApiKey(String),
    /// A backend, by the id of the provider that its token is of.
    Provider(String),
    /// The server by itself.
    Server,
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => formatter.write_str("command-line"),
            Self::ApiKey(id) => write!(formatter, "api-key:{id}"),
            Self::Provider(id) => write!(formatter, "provider:{id}"),
            Self::Server => formatter.write_str("server"),
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// A project was made.
    ProjectCreated,
    /// What a project accepts was changed.
    ProjectChanged,
    /// Sessions of all users of a project were ended.
    ProjectRevoked,
    /// The secret of a project was replaced.
    SecretRotated,
    /// A backend's key was made.
    ApiKeyCreated,
    /// A backend's key was revoked.
    ApiKeyRevoked,
    /// A provider was added.
    ProviderAdded,
    /// A provider was removed.
    ProviderRemoved,
    /// A webhook was added.
    WebhookAdded,
    /// A webhook, or its secret, was changed.
    WebhookChanged,
    /// A webhook was removed.
    WebhookRemoved,
    /// A template was put.
    TemplatePut,
    /// A template was removed.
    TemplateRemoved,
    /// A category was declared.
    CategoryPut,
    /// The declaration of a category was taken back.
    CategoryRemoved,
    /// A user was cut off, or let in again.
    UserRevoked,
    /// What is held about a user was given out.
    UserExported,
    /// A user was forgotten. The subject is a pseudonym.
    UserErased,
    /// A key of session tokens was made.
    SessionKeyRotated,
    /// A backup was put in the place of the database.
    DatabaseRestored,
    /// It was moved into a database of another kind.
    DatabaseMoved,
}

impl AuditAction {
    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProjectCreated => "project.created",
            Self::ProjectChanged => "project.changed",
            Self::ProjectRevoked => "project.revoked",
            Self::SecretRotated => "secret.rotated",
            Self::ApiKeyCreated => "api_key.created",
            Self::ApiKeyRevoked => "api_key.revoked",
            Self::ProviderAdded => "provider.added",
            Self::ProviderRemoved => "provider.removed",
            Self::WebhookAdded => "webhook.added",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookRemoved => "webhook.removed",
            Self::TemplatePut => "template.put",
            Self::TemplateRemoved => "template.removed",
            Self::CategoryPut => "category.put",
            Self::CategoryRemoved => "category.removed",
            Self::UserRevoked => "user.revoked",
            Self::UserExported => "user.exported",
            Self::UserErased => "user.erased",
            Self::SessionKeyRotated => "session_key.rotated",
            Self::DatabaseRestored => "database.restored",
            Self::DatabaseMoved => "database.moved",
        }
    }
}

/// One change, before it is made.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// The id of the project that it concerns; `None` if it concerns all.
    pub project: Option<String>,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// To what: the id of a key, a provider or a user, the type of a template, the name of a category. Never a key itself.
    pub subject: String,
    /// What else is worth knowing.
    pub detail: Map<String, Value>,
}

impl AuditEntry {
    /// An entry that concerns nothing in particular yet.
    #[must_use]
    pub fn new(at: Timestamp, actor: Actor, action: AuditAction) -> Self {
        Self { at, project: None, actor, action, subject: String::new(), detail: Map::new() }
    }

    /// The same, concerning a project.
    #[must_use]
    pub fn in_project(mut self, id: &str) -> Self {
        self.project = Some(id.to_owned());
        self
    }

    /// The same, with a subject.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// The same, with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// A line of the log, which is written once the change is on disk. The subject is left out where it is a user id:
    /// these do not belong in logs.
    pub fn log(&self) {
        let subject = if is_about_a_user(self.action.as_str()) { "" } else { &self.subject };
        log_line(&self.actor.to_string(), self.action.as_str(), self.project.as_deref(), subject);
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// Grows from entry to entry.
    pub key: i64,
    /// See [`AuditEntry::at`].
    pub at: Timestamp,
    /// See [`AuditEntry::project`].
    pub project: Option<String>,
    /// See [`Actor`].
    pub actor: String,
    /// See [`AuditAction::as_str`]; of a newer program, perhaps, than this one.
    pub action: String,
    /// See [`AuditEntry::subject`].
    pub subject: String,
    /// See [`AuditEntry::detail`].
    pub detail: Map<String, Value>,
}

impl AuditRecord {
    /// The line of the log for a change that another process made.
    pub fn log(&self) {
        let subject = if is_about_a_user(&self.action) { "" } else { self.subject.as_str() };
        log_line(&self.actor, &self.action, self.project.as_deref(), subject);
    }
}

fn is_about_a_user(action: &str) -> bool {
    action.starts_with("user.")
}

fn log_line(actor: &str, action: &str, project: Option<&str>, subject: &str) {
    tracing::info!(target: "audit", actor, action, project, subject, "changed");
}

/// How often proofs failed for one reason, in one project, within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedProofs {
    /// When the hour began.
    pub hour: Timestamp,
    /// The project's id.
    pub project: String,
    /// A short name.
    pub reason: String,
    /// How often.
    pub count: u64,
}

impl FailedProofs {
    /// When the hour of a moment began.
    #[must_use]
    pub const fn hour(at: Timestamp) -> Timestamp {
        const HOUR_MS: i64 = 3_600_000;
        Timestamp::from_unix_ms(at.unix_ms().div_euclid(HOUR_MS) * HOUR_MS)
    }
}

/// What to read of the log.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// The id of a project; `None`: all.
    pub project: Option<String>,
    /// What happened at this moment or later.
    pub since: Option<Timestamp>,
    /// Entries with a larger key only.
    pub after_key: Option<i64>,
    /// At most so many: the latest.
    pub limit: usize,
}

/// The audit log of a database. Entries come with the changes themselves, in the other traits.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Entries, the oldest first.
    async fn audit_records(&self, query: AuditQuery) -> Result<Vec<AuditRecord>, StoreError>;

    /// Adds to the numbers of failed proofs.
    async fn add_failed_proofs(&self, failed: Vec<FailedProofs>) -> Result<(), StoreError>;

    /// The numbers of failed proofs, the oldest hour first; `after_key` does not count here.
    async fn failed_proofs(&self, query: AuditQuery) -> Result<Vec<FailedProofs>, StoreError>;
}
