//! Every request that was begun is finished, even when its client has gone.
//!
//! hyper drops a handler whose connection ends. What it had written would stay, and what follows from it (waking
//! streams, ending those of a session, counting) would never happen.

use axum::response::{IntoResponse, Response};

use crate::error::Error;

/// Runs the rest of the way in a task of its own. A panic there is answered as a failure of the server.
pub(super) async fn finished(answer: impl Future<Output = Response> + Send + 'static) -> Response {
    tokio::spawn(answer).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request was not finished");
        Error::Overloaded.into_response()
    })
}
