//! Sending: from a request to items on disk and streams that know of them.

use std::collections::BTreeMap;

use notification_bell_protocol::{ItemId, MemberError, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Inbox, SendRequest,
    wording::{self, Wording},
};
use crate::{
    auth::user_id::UserId,
    error::Error,
    hub::Wake,
    languages::Locale,
    store::{Idempotency, NewNotification, Project, ProjectKey, SendOutcome, Template, UserRef},
};

const MAX_RECIPIENTS: usize = 1_000;

/// What became of a request to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sent {
    /// The notification's id.
    #[schema(value_type = String, format = "uuid")]
    pub id: ItemId,
    /// How many users received it.
    pub recipients: u64,
    /// Whether this is the answer to an earlier request with the same key.
    #[serde(skip)]
    pub repeated: bool,
}

/// A request that was found to be in order.
pub(super) struct Sending {
    pub(super) notification: NewNotification,
    /// Each once.
    pub(super) recipients: Vec<UserId>,
}

/// What has to be done once a notification is on disk.
pub(super) struct Announcement {
    /// Whose streams to wake.
    users: Vec<UserId>,
    /// Whether time will do something to it.
    is_timed: bool,
}

impl Sending {
    pub(super) fn announcement(notification: &NewNotification, recipients: &[UserId]) -> Announcement {
        let is_scheduled = notification.send_at.is_some();
        Announcement {
            // Nobody sees before its moment what is sent later.
            users: if is_scheduled { Vec::new() } else { recipients.to_vec() },
            is_timed: is_scheduled || notification.expires_at.is_some(),
        }
    }
}

impl Inbox {
    /// Sends a notification. When this returns, it is on disk, and the streams of its recipients are being woken.
    ///
    /// # Errors
    /// A request that breaks a rule, a key that was used for another one, or a store that fails.
    pub async fn send(
        &self,
        project: &Project,
        request: SendRequest,
        idempotency: Option<Idempotency>,
    ) -> Result<Sent, Error> {
        if let Some(key) = &idempotency
            && let Some(outcome) = self.store.repeated_send(project.key, key).await?
        {
            // Before the checks: what was right when it was first sent may have a moment in the past by now.
            return repeated(&outcome);
        }
        let Sending { notification, recipients } = self.prepare(project, request).await?;
        let id = notification.id.to_string();
        let announcement = Sending::announcement(&notification, &recipients);
        let number = u64::try_from(recipients.len()).unwrap_or(u64::MAX);
        match self.store.send(project.key, notification, recipients, idempotency).await? {
            SendOutcome::Stored => {
                self.announce(project.key, [&announcement]).await;
                Ok(Sent { id, recipients: number, repeated: false })
            }
            outcome => repeated(&outcome),
        }
    }

    /// Checks a request and gives it an id.
    ///
    /// # Errors
    /// A request that breaks a rule, or a store that fails.
    pub(super) async fn prepare(&self, project: &Project, request: SendRequest) -> Result<Sending, Error> {
        let (id, now) = self.ids.next();
        let templates = self.templates_for(project, &request).await?;
        let (recipients, wording) = check(&request, project, now, &templates)?;
        Ok(Sending { notification: request.into_notification(id, now, wording), recipients })
    }

    /// Wakes the streams that see what was sent, and the timekeeper if it has to come back to it.
    pub(super) async fn announce(
        &self,
        project: ProjectKey,
        announcements: impl IntoIterator<Item = &Announcement>,
    ) {
        let mut wakes = Vec::new();
        let mut is_timed = false;
        for announcement in announcements {
            is_timed |= announcement.is_timed;
            let users = announcement.users.iter().cloned();
            wakes.extend(users.map(|user| Wake::Changed(UserRef { project, user })));
        }
        self.publish(&wakes).await;
        if is_timed {
            self.timed.notify_one();
        }
    }
}

fn repeated(outcome: &SendOutcome) -> Result<Sent, Error> {
    match outcome {
        SendOutcome::Repeated { id, recipients } => {
            Ok(Sent { id: id.to_string(), recipients: *recipients, repeated: true })
        }
        SendOutcome::KeyReused | SendOutcome::Stored => Err(Error::IdempotencyKeyReused),
    }
}

/// Checks a request; gives its recipients, each once, and its words.
fn check(
    request: &SendRequest,
    project: &Project,
    now: Timestamp,
    templates: &BTreeMap<Locale, Template>,
) -> Result<(Vec<UserId>, Wording), Error> {
    request.has_its_shape()?;
    let mut faults = request.check(now);
    let wording = wording::wording(request, templates, &project.locale, &mut faults);
    let users = &request.to.users;
    if users.is_empty() || users.len() > MAX_RECIPIENTS {
        faults.add("/to/users", format!("must have 1 to {MAX_RECIPIENTS} entries"));
    }
    let errors: Vec<MemberError> = faults.into_vec();
    if !errors.is_empty() {
        return Err(Error::ValidationFailed(errors));
    }
    let mut recipients = Vec::with_capacity(users.len());
    for (index, text) in users.iter().enumerate() {
        let user = UserId::parse(text, project.user_id_rule)
            .map_err(|fault| Error::InvalidUserId { fault, pointer: format!("/to/users/{index}") })?;
        recipients.push(user);
    }
    recipients.sort_unstable();
    recipients.dedup();
    Ok((recipients, wording))
}
