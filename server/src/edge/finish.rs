//! Every request that was begun is finished, even when its client has gone.
//!
//! hyper drops a handler whose connection ends. What it had written would stay, and what follows from it (waking
//! streams, ending those of a session, counting) would never happen.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{self, Poll},
};

use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use opentelemetry::{Context, trace::FutureExt as _};
use tokio::runtime::Handle;

use crate::error::Error;

type Answer = Pin<Box<dyn Future<Output = Result<Response, Box<dyn Any + Send>>> + Send>>;

/// Does the rest of the way here, and in a task of its own only from the moment that nobody waits for it any more; within a
/// span, if there is one. A panic is answered as a failure of the server.
pub(super) async fn finished(
    answer: impl Future<Output = Response> + Send + 'static,
    span: Option<Context>,
) -> Response {
    let answer: Answer = match span {
        Some(span) => Box::pin(AssertUnwindSafe(answer.with_context(span)).catch_unwind()),
        None => Box::pin(AssertUnwindSafe(answer).catch_unwind()),
    };
    Finishing(Some(answer)).await.unwrap_or_else(|_| {
        tracing::error!("a request was not finished");
        Error::Overloaded.into_response()
    })
}

/// What there is still to do. Dropped, it goes on by itself.
struct Finishing(Option<Answer>);

impl Future for Finishing {
    type Output = Result<Response, Box<dyn Any + Send>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        // Asked again after it has ended, it has nothing to say.
        let Some(answer) = &mut self.0 else { return Poll::Pending };
        let polled = answer.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        if let (Some(answer), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{
        http::StatusCode,
        response::{IntoResponse, Response},
    };
    use futures_util::FutureExt;
    use tokio::{sync::oneshot, time::timeout};

    use super::finished;

    #[tokio::test]
    async fn what_was_begun_goes_on_when_nobody_waits_for_it_any_more() {
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel::<()>();
        let mut waiting = Box::pin(finished(
            async move {
                may_go_on.await.unwrap();
                done.send(()).unwrap();
                Response::default()
            },
            None,
        ));
        assert!((&mut waiting).now_or_never().is_none(), "it was begun");
        drop(waiting);
        go_on.send(()).unwrap();
        timeout(Duration::from_mins(1), is_done).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_answered() {
        let answer = finished(async { panic!("by accident") }, None).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let answer = finished(async { StatusCode::CREATED.into_response() }, None).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
}
