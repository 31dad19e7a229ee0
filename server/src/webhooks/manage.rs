//! Adding, changing and removing webhooks, and looking at what they were told.

use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{NewWebhookRequest, WebhookPatch, Webhooks, attempt, attempt::Answer};
use crate::{
    auth::webhook_secret::WebhookSecret,
    error::Error,
    store::{
        Actor, AuditAction, AuditEntry, Delivery, DeliveryQuery, Happening, Happenings, NewDelivery,
        NewWebhook, Project, Webhook, WebhookChange,
    },
};

/// Of one project: each event is written for each of them.
const MAX_WEBHOOKS: usize = 20;
/// The type of a message that says nothing but that it arrives.
const TEST: &str = "webhook.test";
/// How long the secret before a new one signs too, unless something else is said: a day.
pub const DEFAULT_PREVIOUS_VALID_FOR_SECONDS: i64 = 86_400;
/// At most: a week.
pub const MAX_PREVIOUS_VALID_FOR_SECONDS: i64 = 7 * 86_400;

const NO_WEBHOOK: Error = Error::NotFound("This project has no such webhook.");
const NO_DELIVERY: Error = Error::NotFound("This webhook has no such delivery.");

impl Webhooks {
    /// Those of a project, the oldest first.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn all(&self, project: &Project) -> Result<Vec<Webhook>, Error> {
        Ok(self.store.webhooks(project.key).await?)
    }

    /// One of a project.
    ///
    /// # Errors
    /// No such webhook, or a store that fails.
    pub async fn find(&self, project: &Project, id: &str) -> Result<Webhook, Error> {
        self.all(project).await?.into_iter().find(|webhook| webhook.id == id).ok_or(NO_WEBHOOK)
    }

    /// Adds a webhook. Its secret is shown this once.
    ///
    /// # Errors
    /// A webhook that is not allowed, one too many, or a store that fails.
    pub async fn add(
        &self,
        project: &Project,
        request: NewWebhookRequest,
        actor: Actor,
    ) -> Result<(Webhook, WebhookSecret), Error> {
        let wanted = request.check(&self.outbound)?;
        let everything = Happening::ALL.into_iter().fold(Happenings::NONE, Happenings::with);
        let secret = WebhookSecret::generate(&*self.randomness);
        let (id, created_at) = self.ids.next();
        let webhook = NewWebhook {
            id: id.to_string(),
            project: project.key,
            url: wanted.url.unwrap_or_default(),
            description: wanted.description.filter(|description| !description.is_empty()),
            events: wanted.events.unwrap_or(everything),
            sealed_secret: secret.seal(&self.master_key, &*self.randomness)?,
            created_at,
        };
        let audit = self
            .audit(AuditAction::WebhookAdded, project, &webhook.id, actor)
            .with("host", host(&webhook.url));
        let created = self.store.create_webhook(webhook, MAX_WEBHOOKS, audit).await?;
        let detail = || format!("is one too many: a project has at most {MAX_WEBHOOKS} webhooks");
        Ok((created.ok_or_else(|| Error::invalid_value("", detail()))?, secret))
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// No such webhook, a change that is not allowed, or a store that fails.
    pub async fn change(
        &self,
        project: &Project,
        id: &str,
        patch: WebhookPatch,
        actor: Actor,
    ) -> Result<Webhook, Error> {
        let mut audit = self.audit(AuditAction::WebhookChanged, project, id, actor);
        if let Some(url) = &patch.url {
            audit = audit.with("host", host(url));
        }
        if let Some(events) = &patch.events {
            audit = audit.with("events", events.clone());
        }
        if let Some(enabled) = patch.enabled {
            audit = audit.with("enabled", enabled);
        }
        let change = patch.check(&self.outbound)?;
        let changed = self.store.change_webhook(project.key, id, change, audit).await?.ok_or(NO_WEBHOOK)?;
        // What waited while it was disabled may be due.
        self.asked.notify_one();
        Ok(changed)
    }

    /// Replaces the secret of a webhook. The one before it signs too for so many seconds.
    ///
    /// # Errors
    /// No such webhook, more seconds than allowed, or a store that fails.
    pub async fn rotate_secret(
        &self,
        project: &Project,
        id: &str,
        previous_valid_for_seconds: i64,
        actor: Actor,
    ) -> Result<(Webhook, WebhookSecret), Error> {
        if !(0..=MAX_PREVIOUS_VALID_FOR_SECONDS).contains(&previous_valid_for_seconds) {
            let detail = format!("must be 0 to {MAX_PREVIOUS_VALID_FOR_SECONDS} seconds");
            return Err(Error::invalid_value("/previousValidFor", detail));
        }
        let secret = WebhookSecret::generate(&*self.randomness);
        let until = self.clock.now().plus_ms(previous_valid_for_seconds * 1_000);
        let sealed = secret.seal(&self.master_key, &*self.randomness)?;
        let change = WebhookChange { secret: Some((sealed, until)), ..WebhookChange::default() };
        let audit = self.audit(AuditAction::WebhookChanged, project, id, actor).with("secret", "rotated");
        let changed = self.store.change_webhook(project.key, id, change, audit).await?;
        Ok((changed.ok_or(NO_WEBHOOK)?, secret))
    }

    /// Removes a webhook, with what it was still to be told.
    ///
    /// # Errors
    /// No such webhook, or a store that fails.
    pub async fn remove(&self, project: &Project, id: &str, actor: Actor) -> Result<(), Error> {
        let audit = self.audit(AuditAction::WebhookRemoved, project, id, actor);
        if self.store.remove_webhook(project.key, id, audit).await? { Ok(()) } else { Err(NO_WEBHOOK) }
    }

    /// What a webhook was told, the newest first.
    ///
    /// # Errors
    /// No such webhook, or a store that fails.
    pub async fn deliveries(
        &self,
        project: &Project,
        id: &str,
        query: DeliveryQuery,
    ) -> Result<Vec<Delivery>, Error> {
        let webhook = self.find(project, id).await?;
        Ok(self.store.deliveries(webhook.key, query).await?)
    }

    /// Has a delivery tried again, for a day from now.
    ///
    /// # Errors
    /// No such webhook or delivery, or a store that fails.
    pub async fn replay(&self, project: &Project, id: &str, delivery: &str) -> Result<(), Error> {
        let webhook = self.find(project, id).await?;
        let delivery = Uuid::try_parse(delivery).map_err(|_| NO_DELIVERY)?;
        if !self.store.replay_delivery(webhook.key, delivery, self.clock.now()).await? {
            return Err(NO_DELIVERY);
        }
        self.asked.notify_one();
        Ok(())
    }

    /// Has a test delivered, in its turn; gives the id of the delivery.
    ///
    /// # Errors
    /// No such webhook, one that is disabled, or a store that fails.
    pub async fn test(&self, project: &Project, id: &str) -> Result<Uuid, Error> {
        let webhook = self.find(project, id).await?;
        if !webhook.enabled {
            return Err(Error::invalid_value("", "cannot be done: the webhook is disabled"));
        }
        let test = self.test_message(&webhook);
        let id = test.id;
        self.store.add_delivery(webhook.key, test).await?;
        self.asked.notify_one();
        Ok(id)
    }

    /// Sends a test now, from here, and says what came back.
    ///
    /// # Errors
    /// If its secret cannot be opened.
    pub async fn try_now(&self, webhook: &Webhook) -> Result<Answer, Error> {
        let test = self.test_message(webhook);
        let now = self.clock.now();
        let secrets = WebhookSecret::open(&self.master_key, webhook, now)?;
        let message = (test.id.to_string(), test.body);
        Ok(attempt::attempt(&self.outbound, &webhook.url, &secrets, (&message.0, message.1), now).await)
    }

    fn test_message(&self, webhook: &Webhook) -> NewDelivery {
        let (id, created_at) = self.ids.next();
        let body = json!({ "type": TEST, "timestamp": created_at, "data": { "webhook": webhook.id } });
        NewDelivery { id, r#type: TEST.to_owned(), body: body.to_string(), created_at }
    }

    fn audit(&self, action: AuditAction, project: &Project, id: &str, actor: Actor) -> AuditEntry {
        AuditEntry::new(self.clock.now(), actor, action).in_project(&project.id).about(id)
    }
}

/// What of a URL goes on record: the rest of it may be a secret.
fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default()
}
