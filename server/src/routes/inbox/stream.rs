//! `GET /inbox/stream`: server-sent events, from the state the client was last at.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension,
    extract::{FromRequestParts, State},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use notification_bell_protocol::{LAST_EVENT_ID, Sync};

use crate::{
    app::App,
    auth::session::Session,
    edge::{accept::accepts, doctor::Observed, language::LanguageHeader},
    error::Error,
    hub::{Granted, MAX_STREAMS_OF_A_USER, Stream},
    languages::Languages,
    redis::Full,
    store::Store,
};

/// Opens a stream.
///
/// # Errors
/// A token that is none, a client that does not take events, or too many streams.
#[utoipa::path(
    get,
    path = "/inbox/stream",
    tag = "Inbox",
    description = "Server-sent events. The first one is a `sync` with the state now; with `Last-Event-ID`, and what changed since. \
        `sync` and `reset` have a `Sync` as their data and its revision as their id; a `reset` is without items: load the list again. \
        `session-expiring` comes 30 seconds before the token ends, and with it the stream. A comment comes at least every 25 seconds.",
    security(("session" = [])),
    params(LanguageHeader, ("Last-Event-ID" = Option<String>, Header, nullable = false, max_length = 128,
        description = "An event's id, or the `revision` of any answer: what was known so far.")),
    responses(
        (status = 200, content_type = "text/event-stream", body = Sync, description = "The events, for as long as the session lasts."),
        (status = 429, description = "too_many_streams"),
    ),
)]
pub async fn stream_inbox(
    State(app): State<Arc<App>>,
    BeforeTheCheck(doubts): BeforeTheCheck,
    session: Session,
    languages: Languages,
    observed: Observed,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if !accepts(&headers, "text", "event-stream") {
        return Err(Error::NotAcceptable("text/event-stream"));
    }
    // One that cannot be read as text is one that is too old: the client is told to load the list again.
    let last_event_id = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default().to_owned());
    let subscription = app
        .hub
        .subscribe(&session.user, &session.claims.jti)
        .map_err(|_| Error::TooManyStreams(MAX_STREAMS_OF_A_USER))?;
    let place = match &app.shared_limits {
        Some(limits) => limits
            .enter(&session.user, MAX_STREAMS_OF_A_USER)
            .await
            .map_err(|Full| Error::TooManyStreams(MAX_STREAMS_OF_A_USER))?,
        None => None,
    };
    let granted = Granted::new(Stream {
        is_checked: subscription.is_undoubted(doubts),
        subscription,
        place,
        last_event_id,
        languages,
        store: Arc::<dyn Store>::clone(&app.store),
        clock: Arc::clone(&app.clock),
        randomness: Arc::clone(&app.randomness),
        claims: session.claims,
        key_id: session.key_id,
        keys: Arc::clone(app.tokens.keys()),
        drain: app.drain,
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect events before it passes them on.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let body = granted.body();
    let mut response = (headers, Extension(granted), body).into_response();
    observed.write(response.headers_mut());
    Ok(response)
}

/// How often sessions were doubted before this one was checked: extracted first.
pub struct BeforeTheCheck(u64);

impl FromRequestParts<Arc<App>> for BeforeTheCheck {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(app.hub.doubts()))
    }
}
