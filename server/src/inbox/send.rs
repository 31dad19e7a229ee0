//! Sending: from a request to items on disk and streams that know of them.

use notification_bell_protocol::{ItemId, MemberError, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Inbox, SendRequest,
    templates::cabinet::{Cabinet, TypeTemplates},
    wording::{self, Wording},
};
use crate::{
    auth::user_id::{UserId, UserIdRule},
    error::Error,
    hub::Wake,
    languages::Locale,
    store::{
        Audience, Edition, Idempotency, NewNotification, Project, ProjectKey, Reached, SendOutcome, Step,
        UserRef,
    },
};

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
    /// Whom it is for.
    pub(super) audience: Audience,
}

/// What has to be done once a notification is on disk.
pub(super) struct Announcement {
    /// Whose streams to wake.
    users: Vec<UserId>,
    /// Whether any stream of the project may show it.
    is_shared: bool,
    /// What those streams are told.
    step: Option<Step>,
    /// Whether time will do something to it.
    is_timed: bool,
}

impl Sending {
    pub(super) fn announcement(notification: &NewNotification, audience: &Audience) -> Announcement {
        let is_scheduled = notification.send_at.is_some();
        let (users, is_shared) = match audience {
            // Nobody sees before its moment what is sent later.
            _ if is_scheduled => (Vec::new(), false),
            Audience::Users(users) => (users.clone(), false),
            Audience::Topic(_) | Audience::Everyone => (Vec::new(), true),
        };
        let is_timed = is_scheduled || notification.expires_at.is_some();
        Announcement { users, is_shared, step: None, is_timed }
    }
}

impl Announcement {
    /// Names those whose streams show it, and says what these are told, if the store knows them.
    fn narrow(&mut self, reached: Reached) {
        self.step = reached.step;
        if let Some(users) = reached.users.filter(|_| self.is_shared) {
            (self.users, self.is_shared) = (users, false);
        }
    }
}

impl Inbox {
    /// Sends a notification. When this returns, it is on disk, and the streams of its recipients are being woken.
    ///
    /// # Errors
    /// A request that breaks a rule, a key that was used for another one, as much shared as may be, or a store that fails.
    pub async fn send(
        &self,
        project: &Project,
        request: SendRequest,
        idempotency: Option<Idempotency>,
    ) -> Result<Sent, Error> {
        let sent = self.send_of_edition(project, request, idempotency, None).await?;
        // Nothing is outdated that is of no edition.
        sent.ok_or(Error::Overloaded)
    }

    /// The same for what is known of the project from this edition. `None`, and nothing is sent, if it is outdated.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub async fn send_of_edition(
        &self,
        project: &Project,
        request: SendRequest,
        idempotency: Option<Idempotency>,
        edition: Option<Edition>,
    ) -> Result<Option<Sent>, Error> {
        let prepared = self.prepare(project, request, &mut Cabinet::default()).await;
        let Sending { notification, audience } = match (prepared, &idempotency) {
            (Ok(sending), _) => sending,
            (Err(error), None) => return Err(error),
            // The answer to an earlier one is for whoever may send now.
            (Err(_), Some(_)) if edition.is_some() => return Ok(None),
            (Err(error), Some(key)) => {
                // What was right when it was first sent may have a moment in the past by now.
                let before = self.store.repeated_send(project.key, key).await?;
                return before.map_or(Err(error), |outcome| repeated(&outcome).map(Some));
            }
        };
        let id = notification.id.to_string();
        let mut announcement = Sending::announcement(&notification, &audience);
        let outcome = match edition {
            None => self.store.send(project.key, notification, audience, idempotency).await?,
            Some(edition) => {
                self.store.send_of_edition(edition, project.key, notification, audience, idempotency).await?
            }
        };
        match outcome {
            SendOutcome::Stored(reached) => {
                let recipients = reached.recipients;
                announcement.narrow(reached);
                self.announce(project.key, [&announcement]).await;
                Ok(Some(Sent { id, recipients, repeated: false }))
            }
            SendOutcome::Outdated => Ok(None),
            outcome => repeated(&outcome).map(Some),
        }
    }

    /// Checks a request and gives it an id.
    ///
    /// # Errors
    /// A request that breaks a rule, or a store that fails.
    pub(super) async fn prepare(
        &self,
        project: &Project,
        request: SendRequest,
        cabinet: &mut Cabinet,
    ) -> Result<Sending, Error> {
        let (id, now) = self.ids.next();
        let rules = Rules { locale: project.locale.clone(), user_ids: project.user_id_rule, now };
        let Some(templates) = self.templates_for(project, &request, cabinet).await? else {
            let (audience, wording) = check(&request, &rules, &mut TypeTemplates::default())?;
            return Ok(Sending { notification: request.into_notification(id, now, wording), audience });
        };
        // Fifty languages are a few milliseconds of work, which other requests should not wait for; and not so much of it
        // at a time that nothing else gets to run.
        let _turn = self.rendering.acquire().await;
        let rendering = tokio::task::spawn_blocking(move || {
            let mut templates = templates;
            let checked = check(&request, &rules, &mut templates);
            (request, templates, checked)
        });
        let (request, templates, checked) = rendering.await.map_err(|error| {
            tracing::error!(%error, "a notification was not rendered");
            Error::Overloaded
        })?;
        if let Some(name) = &request.r#type {
            cabinet.put(name, templates);
        }
        let (audience, wording) = checked?;
        Ok(Sending { notification: request.into_notification(id, now, wording), audience })
    }

    /// Wakes the streams that see what was sent, and the timekeeper if it has to come back to it.
    pub(super) async fn announce(
        &self,
        project: ProjectKey,
        announcements: impl IntoIterator<Item = &Announcement>,
    ) {
        let mut wakes = Vec::new();
        let (mut is_shared, mut is_timed) = (false, false);
        for announcement in announcements {
            is_timed |= announcement.is_timed;
            let users = announcement.users.iter().map(|user| UserRef { project, user: user.clone() });
            match &announcement.step {
                Some(step) if announcement.is_shared => {
                    wakes.push(Wake::ReceivedByAll(project, step.clone()));
                }
                Some(step) => wakes.extend(users.map(|user| Wake::Received(user, step.clone()))),
                None => {
                    is_shared |= announcement.is_shared;
                    wakes.extend(users.map(Wake::Changed));
                }
            }
        }
        if is_shared {
            wakes.push(Wake::Project(project));
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
        SendOutcome::TooManyShared => Err(Error::TooManyShared),
        SendOutcome::KeyReused | SendOutcome::Stored(_) | SendOutcome::Outdated => {
            Err(Error::IdempotencyKeyReused)
        }
    }
}

/// What a request is held against.
struct Rules {
    /// The project's language.
    locale: Locale,
    user_ids: UserIdRule,
    now: Timestamp,
}

/// Checks a request; gives whom it is for, and its words.
fn check(
    request: &SendRequest,
    rules: &Rules,
    templates: &mut TypeTemplates,
) -> Result<(Audience, Wording), Error> {
    request.has_its_shape()?;
    let mut faults = request.check(rules.now);
    let wording = wording::wording(request, templates, &rules.locale, &mut faults);
    request.to.check(&mut faults);
    let errors: Vec<MemberError> = faults.into_vec();
    if !errors.is_empty() {
        return Err(request.to.fault(errors));
    }
    Ok((request.to.audience(rules.user_ids)?, wording))
}
