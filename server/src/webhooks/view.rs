//! Webhooks and deliveries as they are shown: by the API and on the command line.

use notification_bell_protocol::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::webhook_secret::WebhookSecret,
    store::{Delivery, DeliveryStatus, Happening, Webhook},
};

/// A webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// Its id.
    pub id: String,
    /// What is called.
    pub url: String,
    /// For people.
    #[schema(required)]
    pub description: Option<String>,
    /// What it is told of.
    pub events: Vec<Happening>,
    /// Whether it is told of anything.
    pub enabled: bool,
    /// When it answered that it is gone, which disabled it.
    #[schema(required)]
    pub gone_at: Option<Timestamp>,
    /// Until when the secret before the present one signs too.
    #[schema(required)]
    pub previous_secret_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// A secret that was just made: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            description: webhook.description,
            events: Happening::ALL.into_iter().filter(|one| webhook.events.has(*one)).collect(),
            enabled: webhook.enabled,
            gone_at: webhook.gone_at,
            previous_secret_until: webhook.previous_secret.map(|previous| previous.until),
            created_at: webhook.created_at,
            secret: None,
        }
    }
}

impl WebhookView {
    /// The same with the secret that was just made for it.
    #[must_use]
    pub fn with_secret(webhook: Webhook, secret: &WebhookSecret) -> Self {
        Self { secret: Some(secret.text()), ..webhook.into() }
    }
}

/// A delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id: the `webhook-id` of every attempt.
    pub id: String,
    /// The type of its event.
    pub r#type: String,
    /// `pending`, `delivered` or `failed`.
    pub status: &'static str,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was last tried.
    #[schema(required)]
    pub last_attempt_at: Option<Timestamp>,
    /// The status of the last answer, if there was one.
    #[schema(required)]
    pub last_status: Option<u16>,
    /// What went wrong the last time.
    #[schema(required)]
    pub last_error: Option<String>,
    /// How the last answer began, if it was a refusal: at most 2 KiB.
    #[schema(required)]
    pub last_answer: Option<String>,
    /// When it is tried next.
    #[schema(required)]
    pub next_attempt_at: Option<Timestamp>,
    /// What is sent.
    pub payload: Value,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            r#type: delivery.r#type,
            status: delivery.status.as_str(),
            created_at: delivery.created_at,
            attempts: delivery.attempts,
            last_attempt_at: delivery.last_attempt_at,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            last_answer: delivery.last_answer,
            next_attempt_at: delivery.next_attempt_at,
            payload: serde_json::from_str(&delivery.body).unwrap_or_default(),
        }
    }
}

const STATUSES: [DeliveryStatus; 3] =
    [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Failed];

/// The status of this name.
#[must_use]
pub fn status_named(name: &str) -> Option<DeliveryStatus> {
    STATUSES.into_iter().find(|status| status.as_str() == name)
}
