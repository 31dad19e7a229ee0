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
    store::{Idempotency, Project, SendOutcome, Template, UserRef},
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
        let (id, now) = self.ids.next();
        let templates = self.templates_for(project, &request).await?;
        let (recipients, wording) = check(&request, project, now, &templates)?;
        let expires = request.expires_at().is_some();
        let notification = request.into_notification(id, now, wording);
        let outcome = self.store.send(project.key, notification, recipients.clone(), idempotency).await?;
        match outcome {
            SendOutcome::Stored => {
                let wakes: Vec<Wake> = recipients
                    .into_iter()
                    .map(|user| Wake::Changed(UserRef { project: project.key, user }))
                    .collect();
                self.publish(&wakes).await;
                if expires {
                    self.timed.notify_one();
                }
                let recipients = u64::try_from(wakes.len()).unwrap_or(u64::MAX);
                Ok(Sent { id: id.to_string(), recipients, repeated: false })
            }
            outcome => repeated(&outcome),
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
