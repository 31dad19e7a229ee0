//! Asynchronous work that ends when its owner lets go of it.

use std::{future::Future, pin::Pin};

use futures_util::future::{AbortHandle, Abortable};
use gloo_timers::future::TimeoutFuture;

/// Work that is under way. Dropping it stops it before its next step; what it holds (a request, a timer) is
/// given back with it.
#[derive(Debug)]
#[must_use]
pub(crate) struct Task(AbortHandle);

impl Task {
    pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) -> Self {
        let (handle, registration) = AbortHandle::new_pair();
        // In a box: for each type of future there would be another copy of what drives it.
        let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
        let work = Abortable::new(work, registration);
        wasm_bindgen_futures::spawn_local(async move {
            // Whether it was stopped or came to its end makes no difference.
            let _ = work.await;
        });
        Self(handle)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits so many milliseconds, at most a day.
pub(crate) fn sleep_ms(duration_ms: f64) -> TimeoutFuture {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 ..= a day")]
    let whole_ms = duration_ms.clamp(0.0, 86_400_000.0) as u32;
    TimeoutFuture::new(whole_ms)
}
