//! `POST /notifications`: a notification to some users, a topic or everyone. The answer comes when it is on disk.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use utoipa::IntoParams;

use crate::{
    app::App,
    auth::{backend::RecentBackend, scope::Scope},
    edge::{
        body::{JsonBody, SEND},
        shape::shape,
    },
    error::Error,
    inbox::{SendRequest, Sent, idempotency},
    store::Idempotency,
};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The header that makes a repeat harmless, as it is described.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// What you call this request: the same body sent again under the same key, within 24 hours, is done once.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    #[expect(dead_code, reason = "it is read from the headers, which may have it more than once")]
    idempotency_key: Option<String>,
}

/// Sends a notification.
///
/// # Errors
/// A body that is not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/notifications",
    tag = "Notifications",
    description = "The answer comes when it is on disk. With an `Idempotency-Key`, the same body sent again within 24 hours gets the \
        first answer again.",
    security(("backendKey" = ["notifications:write"])),
    params(IdempotencyHeader),
    request_body(content = SendRequest, examples(
        ("short" = (summary = "The least", value = json!({ "to": { "users": ["user@example.com"] }, "title": "Hello" }))),
        ("topic" = (summary = "To a topic", value = json!({ "to": { "topic": "releases" }, "title": "3.0 is here" }))),
        ("everyone" = (summary = "To everyone", value = json!({ "to": { "everyone": true }, "title": "Hello, everyone" }))),
        ("full" = (summary = "With a link and a button", value = json!({
            "to": { "users": ["user@example.com"] },
            "type": "invoice.paid",
            "category": "invoices",
            "title": "Invoice 3318 was paid",
            "body": "€1,840.00 for the spring catalogue.",
            "url": "/#invoice-3318",
            "actions": [{ "id": "open", "label": "Open", "url": "/#invoice-3318", "style": "primary" }],
            "data": { "invoice": 3318 },
            "priority": "high",
            "expiresAt": "2099-01-01T00:00:00Z",
        }))),
    )),
    responses(
        (status = 201, body = Sent, description = "It is on disk, and on its way to every open page.", headers(
            ("Location" = String, description = "The address of the notification."),
            ("RateLimit" = String, description = "How much of the quota is left."),
            ("RateLimit-Policy" = String, description = "How large it is."),
            ("Idempotency-Replayed" = String, description = "`true` if this is the answer to an earlier request with the same key."),
        )),
        (status = 400, description = "invalid_user_id invalid_idempotency_key"),
        (status = 409, description = "too_many_shared"),
        (status = 422, description = "audience_required idempotency_key_reused"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn send_notification(
    State(app): State<Arc<App>>,
    backend: RecentBackend,
    request: Request,
) -> Result<Response, Error> {
    match send_for(&app, &backend, request).await {
        // What is refused is refused by what holds now: a key that was revoked meanwhile is what there is to say then.
        Err(error) => Err(backend.confirmed(&app).await.err().unwrap_or(error)),
        answered => answered,
    }
}

async fn send_for(app: &App, recent: &RecentBackend, request: Request) -> Result<Response, Error> {
    let backend = &recent.backend;
    // Before the body is read: what a key may not do, it need not send.
    backend.require(Scope::NotificationsWrite)?;
    let left = app.quotas.send(&backend.key_id).await?;
    let (parts, body) = request.into_parts();
    let body = JsonBody::<SendRequest, SEND>::read(&parts.headers, body).await?;
    let idempotency = idempotency_key(&parts.headers, &body.json)?;
    let again = (idempotency.clone(), body.json);
    let edition = recent.edition();
    let sent = app.inbox.send_of_edition(&backend.project, body.value, idempotency, edition).await;
    let sent = match sent {
        Ok(Some(sent)) => sent,
        // A store that fails is not asked again at once.
        Err(error) if edition.is_none() || error.code().status() >= 500 => return Err(error),
        // By what held a moment ago, it cannot be sent.
        Ok(None) | Err(_) => {
            let (idempotency, json) = again;
            let backend = recent.confirmed(app).await?;
            backend.require(Scope::NotificationsWrite)?;
            app.inbox.send(&backend.project, shape(&json)?, idempotency).await?
        }
    };
    if !sent.repeated {
        app.metrics.sends.inc();
    }
    let mut response = answer(sent);
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    Ok(response)
}

/// The answer to a send: also that of the demo's backend.
pub fn answer(sent: Sent) -> Response {
    let location = format!("/api/v1/notifications/{}", sent.id);
    let repeated = sent.repeated;
    let mut response = (StatusCode::CREATED, [(header::LOCATION, location)], Json(sent)).into_response();
    if repeated {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

pub(super) fn idempotency_key(headers: &HeaderMap, body: &Value) -> Result<Option<Idempotency>, Error> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Error::InvalidIdempotencyKey);
    }
    idempotency(value.as_bytes(), body).map(Some)
}
