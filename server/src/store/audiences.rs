//! Whom a notification is for, and who is in which topic.

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;

use super::{ProjectKey, Step, StoreError};
use crate::auth::user_id::UserId;

/// How many notifications to one topic, or to everyone, there may be or be to be sent. Whoever has never acted reads all
/// they have received of them at each look, and gets items of all of them with their first act.
pub const MAX_SHARED: u64 = 10_000;

/// Whom a notification is for. What is for a topic or for everyone is stored once, however many that are, and merged
/// into each inbox when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// These users, each once.
    Users(Vec<UserId>),
    /// Whoever is subscribed to this topic at the moment it comes.
    Topic(String),
    /// Every user of the project: those that nothing is known of yet too.
    Everyone,
}

/// Whom a notification has reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// How many; of everyone, those that were known at that moment.
    pub recipients: u64,
    /// Who they are. `None` if they are too many to be named: anybody in the project, then.
    pub users: Option<Vec<UserId>>,
    /// What their streams are told, where that is known without asking: of one recipient, or of everyone.
    pub step: Option<Step>,
}

/// A page of the subscribers of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriberPage {
    /// By their ids.
    pub users: Vec<UserId>,
    /// What the next page is asked for with; `None` at the end.
    pub next: Option<String>,
}

impl SubscriberPage {
    /// A page of at most so many, from those that were found in their order: one more, if there are more.
    pub(crate) fn of(mut users: Vec<UserId>, limit: usize) -> Self {
        let more = users.len() > limit;
        users.truncate(limit);
        let next = users.last().filter(|_| more).map(|last| BASE64URL_NOPAD.encode(last.as_str().as_bytes()));
        Self { users, next }
    }

    /// The id that the page with this cursor begins after; before all of them without one.
    ///
    /// # Errors
    /// If it is no cursor of a page.
    pub(crate) fn after(cursor: Option<&str>) -> Result<String, StoreError> {
        let Some(cursor) = cursor else { return Ok(String::new()) };
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(StoreError::NotOurs("cursor"))
    }
}

/// The topics of a database. A topic is there as soon as somebody is put into it, and an unknown one is empty. It goes when
/// nobody is in it and nothing that was sent to it is left.
#[async_trait]
pub trait TopicStore: Send + Sync {
    /// Puts users into a topic: they receive what comes from now on. Those who are in it stay. `false`, and nothing has
    /// changed, if that would be a topic more than `most_topics` of the project.
    ///
    /// # Errors
    /// If not all of them are in it afterwards: some may be.
    async fn subscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
        most_topics: u32,
    ) -> Result<bool, StoreError>;

    /// Takes users out of a topic: they keep what they have received. Those who are not in it are passed over.
    ///
    /// # Errors
    /// If some of them are still in it afterwards.
    async fn unsubscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
    ) -> Result<(), StoreError>;

    /// Who is in a topic, by their ids: so many at most, after the page whose `next` the cursor is.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a cursor that was made up.
    async fn subscribers(
        &self,
        project: ProjectKey,
        topic: &str,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<SubscriberPage, StoreError>;
}
