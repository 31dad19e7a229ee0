//! Whom a notification is for, and who is in a topic: what may be asked for.

use notification_bell_protocol::MemberError;

use super::{
    Inbox, Recipients,
    checks::{Faults, MAX_NAME},
};
use crate::{
    auth::user_id::{UserId, UserIdRule},
    error::Error,
    store::{Audience, Project, SubscriberPage},
};

const MAX_RECIPIENTS: usize = 1_000;
/// In one request.
const MAX_SUBSCRIBERS: usize = 100_000;
/// Of a project.
const MAX_TOPICS: u32 = 1_000_000;

impl Recipients {
    pub(super) fn check(&self, faults: &mut Faults) {
        let named = [self.users.is_some(), self.topic.is_some(), self.everyone.is_some()];
        match named.into_iter().filter(|named| *named).count() {
            0 => faults.add("/to", "must have users, topic or everyone"),
            1 => {}
            _ => faults.add("/to", "must have only one of users, topic and everyone"),
        }
        if self.users.as_ref().is_some_and(|users| users.is_empty() || users.len() > MAX_RECIPIENTS) {
            faults.add("/to/users", format!("must have 1 to {MAX_RECIPIENTS} entries"));
        }
        if let Some(topic) = &self.topic {
            faults.line("/to/topic", topic, MAX_NAME);
        }
        if self.everyone == Some(false) {
            faults.add("/to/everyone", "must be true, or left out");
        }
    }

    /// The error of a request with these faults: that nobody is named has a code of its own, unless it is one fault of
    /// several.
    pub(super) fn fault(&self, faults: Vec<MemberError>) -> Error {
        let nobody = self.users.is_none() && self.topic.is_none() && self.everyone.is_none();
        if nobody && faults.len() == 1 {
            Error::AudienceRequired(faults)
        } else {
            Error::ValidationFailed(faults)
        }
    }

    /// Who they are. Only for what passed [`check`](Self::check).
    pub(super) fn audience(&self, rule: UserIdRule) -> Result<Audience, Error> {
        match (&self.users, &self.topic) {
            (Some(users), _) => user_ids(users, rule, "/to/users").map(Audience::Users),
            (None, Some(topic)) => Ok(Audience::Topic(topic.clone())),
            (None, None) => Ok(Audience::Everyone),
        }
    }
}

/// The users of a request, each once; the ids that break a rule are named by their places in the list at `pointer`.
fn user_ids(texts: &[String], rule: UserIdRule, pointer: &str) -> Result<Vec<UserId>, Error> {
    let mut users = Vec::with_capacity(texts.len());
    let mut faults = Faults::default();
    for (index, text) in texts.iter().enumerate() {
        match UserId::parse(text, rule) {
            Ok(user) => users.push(user),
            Err(fault) => faults.add(format!("{pointer}/{index}"), fault.to_string()),
        }
    }
    let faults = faults.into_vec();
    if !faults.is_empty() {
        return Err(Error::InvalidUserId(faults));
    }
    users.sort_unstable();
    users.dedup();
    Ok(users)
}

impl Inbox {
    /// Puts users into a topic: they receive what is sent to it from now on.
    ///
    /// # Errors
    /// A name or ids that are not allowed, more topics than there may be, or a store that fails: some of them may be in it
    /// then.
    pub async fn subscribe(&self, project: &Project, topic: &str, users: &[String]) -> Result<(), Error> {
        let users = subscribers(project, topic, users)?;
        if self.store.subscribe(project.key, topic, users, MAX_TOPICS).await? {
            return Ok(());
        }
        let detail = format!("would be one too many: {MAX_TOPICS} topics of a project are kept");
        Err(Error::invalid_value("", detail))
    }

    /// Takes users out of a topic: they keep what they have received.
    ///
    /// # Errors
    /// A name or ids that are not allowed, or a store that fails: some of them may be out of it then.
    pub async fn unsubscribe(&self, project: &Project, topic: &str, users: &[String]) -> Result<(), Error> {
        let users = subscribers(project, topic, users)?;
        self.store.unsubscribe(project.key, topic, users).await?;
        // A topic that nobody is in any more goes when time is next looked at.
        self.look_at_the_clock();
        Ok(())
    }

    /// Who is in a topic.
    ///
    /// # Errors
    /// A name that is not allowed, a cursor that was made up, or a store that fails.
    pub async fn subscribers(
        &self,
        project: &Project,
        topic: &str,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<SubscriberPage, Error> {
        check_topic(topic, Faults::default())?;
        Ok(self.store.subscribers(project.key, topic, limit, cursor).await?)
    }
}

fn subscribers(project: &Project, topic: &str, users: &[String]) -> Result<Vec<UserId>, Error> {
    let mut faults = Faults::default();
    if users.is_empty() || users.len() > MAX_SUBSCRIBERS {
        faults.add("/users", format!("must have 1 to {MAX_SUBSCRIBERS} entries"));
    }
    check_topic(topic, faults)?;
    user_ids(users, project.user_id_rule, "/users")
}

/// The topic is in the address, and pointed to as if it were a member, as all parameters are.
fn check_topic(topic: &str, mut faults: Faults) -> Result<(), Error> {
    faults.line("/topic", topic, MAX_NAME);
    let faults = faults.into_vec();
    if faults.is_empty() { Ok(()) } else { Err(Error::ValidationFailed(faults)) }
}
