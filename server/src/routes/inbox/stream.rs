//! `GET /inbox/stream`: server-sent events, from the state the client was last at.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use notification_bell_protocol::{LAST_EVENT_ID, Sync};
use tokio::sync::mpsc;

use crate::{
    app::App,
    auth::session::Session,
    edge::{accept::accepts, language::LanguageHeader},
    error::Error,
    hub::{MAX_STREAMS_OF_A_USER, Stream},
    languages::Languages,
};

/// Frames on their way to a connection. What does not fit stays in the store.
const FRAMES_IN_FLIGHT: usize = 1;

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
    session: Session,
    languages: Languages,
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
    let stream = Stream {
        subscription,
        user: session.user,
        languages,
        store: Arc::clone(&app.store),
        clock: Arc::clone(&app.clock),
        randomness: Arc::clone(&app.randomness),
        claims: session.claims,
        key_id: session.key_id,
        keys: Arc::clone(app.tokens.keys()),
        drain: app.drain,
    };
    let (sender, receiver) = mpsc::channel::<Bytes>(FRAMES_IN_FLIGHT);
    tokio::spawn(async move {
        let end = stream.run(last_event_id, sender).await;
        tracing::debug!(?end, "a stream ended");
    });
    let frames = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|frame| (Ok::<_, std::convert::Infallible>(frame), receiver))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect events before it passes them on.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}
