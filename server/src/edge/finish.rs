//! Every request that was begun is finished, even when its client has gone.
//!
//! hyper drops a handler whose connection ends. What it had written would stay, and what follows from it (waking
//! streams, ending those of a session, counting) would never happen.

use axum::{extract::Request, middleware::Next, response::Response};

use crate::error::Error;

/// Runs the rest of the way in a task of its own. A panic there is answered as a failure of the server.
///
/// # Errors
/// If it panicked.
pub async fn finish(request: Request, next: Next) -> Result<Response, Error> {
    tokio::spawn(next.run(request)).await.map_err(|error| {
        tracing::error!(%error, "a request was not finished");
        Error::Overloaded
    })
}
