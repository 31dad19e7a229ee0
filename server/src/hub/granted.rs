//! A stream that was granted, on the way from its route to its client.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::{outlet::BodyOutlet, stream::Stream};

/// Frames on their way to a connection. What does not fit stays in the store.
const FRAMES_IN_FLIGHT: usize = 1;

/// Travels with the answer, in its extensions, through all that adds to its headers. Whoever has the bare connection
/// takes the stream out and gives it the socket; if nobody does, it runs as the body of the answer, from the moment
/// that its first frame is asked for. Dropped before that, as the answer to `HEAD` is, it frees its seat.
#[derive(Clone)]
pub struct Granted(Arc<Mutex<Option<Box<Stream>>>>);

impl Granted {
    /// A stream that nobody has taken.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(stream)))))
    }

    /// The stream, for the first one who asks.
    #[must_use]
    pub fn take(&self) -> Option<Box<Stream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The body of its answer.
    pub fn body(&self) -> Body {
        let granted = self.clone();
        let frames = stream::once(async move {
            let (sender, receiver) = mpsc::channel::<Bytes>(FRAMES_IN_FLIGHT);
            if let Some(stream) = granted.take() {
                tokio::spawn(stream.run(BodyOutlet(sender)));
            }
            stream::unfold(receiver, |mut receiver| async move {
                receiver.recv().await.map(|frame| (Ok::<_, Infallible>(frame), receiver))
            })
        });
        Body::from_stream(frames.flatten())
    }
}
