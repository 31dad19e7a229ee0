//! `POST /notifications/batch`: up to 1,000 notifications, each answered for itself. The answer comes when those that
//! were in order are on disk.

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::send::{IdempotencyHeader, REPLAYED, idempotency_key};
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{
        body::{BATCH, JsonBody},
        shape::shape,
    },
    error::Error,
    inbox::{BatchRequest, BatchResults},
};

/// Sends notifications.
///
/// # Errors
/// A body that is no batch, a key that is none or may not, or a store that fails before anything is sent.
#[utoipa::path(
    post,
    path = "/notifications/batch",
    tag = "Notifications",
    description = "A bad entry spoils none of the others. An `Idempotency-Key` is for the whole batch: the same one sent again within 24 \
        hours gets the first answer again.",
    security(("backendKey" = ["notifications:write"])),
    params(IdempotencyHeader),
    request_body(content = BatchRequest, examples(
        ("two" = (summary = "Two, the second of which is refused", value = json!({ "notifications": [
            { "to": { "users": ["user@example.com"] }, "title": "Hello" },
            { "to": { "users": ["user@example.com"] }, "title": "" },
        ] }))),
    )),
    responses(
        (status = 200, body = BatchResults, description = "Those that were in order are on disk.", headers(
            ("Idempotency-Replayed" = String, description = "`true` if this is the answer to an earlier request with the same key."),
        )),
        (status = 400, description = "invalid_idempotency_key"),
        (status = 409, description = "idempotency_in_progress"),
        (status = 422, description = "idempotency_key_reused"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn send_batch(
    State(app): State<Arc<App>>,
    backend: Backend,
    request: Request,
) -> Result<Response, Error> {
    backend.require(Scope::NotificationsWrite)?;
    // Whatever comes of it, a request is one; the rest is counted when it is known how many there are.
    let mut left = app.quotas.batch(&backend.key_id, NonZeroU32::MIN).await?;
    // Before its body is read: what is refused takes no memory.
    let _turn = app.quotas.large(&backend.key_id)?;
    let headers = request.headers().clone();
    let body = JsonBody::<BatchRequest, BATCH>::from_request(request, &()).await?;
    let idempotency = idempotency_key(&headers, &body.json)?;
    let entries = body.value.entries()?;
    if let Some(others) = u32::try_from(entries.len() - 1).ok().and_then(NonZeroU32::new) {
        left = app.quotas.batch(&backend.key_id, others).await?;
    }
    let requests = entries.iter().map(shape).collect();
    let answer = app.inbox.send_batch(&backend.project, requests, idempotency).await?;
    app.metrics.sends.inc_by(answer.sent);
    let json = HeaderValue::from_static("application/json");
    let mut response = ([(header::CONTENT_TYPE, json)], answer.json).into_response();
    if answer.repeated {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    Ok(response)
}
