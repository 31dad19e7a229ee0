//! Limits on waiting, so that a failure is a message and not a hang.

use std::{fmt::Display, time::Duration};

/// How long any one answer may take. Far more than it needs: a test must not fail because the machine is busy.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// How long a poll pauses between two questions.
const POLL_PAUSE: Duration = Duration::from_millis(50);

/// The outcome of `future`, which may take no longer than `limit`.
pub async fn within<T>(limit: Duration, what: impl Display, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(limit, future).await;
    outcome.unwrap_or_else(|_| panic!("{what} took longer than {limit:?}"))
}

/// Asks until there is an answer, for changes that nothing announces. Prefer an event wherever there is one.
pub async fn eventually<T>(
    limit: Duration,
    what: impl Display,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    within(limit, what, async {
        let mut pause = tokio::time::interval(POLL_PAUSE);
        loop {
            pause.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    })
    .await
}
