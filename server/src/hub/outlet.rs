//! The way of a stream's frames to its client: its own socket (`socket.rs`), or the body of an answer.

use bytes::Bytes;
use tokio::{sync::mpsc, time::timeout};

use super::stream::WRITE_TIMEOUT;

/// The client has gone, or takes nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// Where the frames of one stream go.
pub(super) trait Outlet: Send {
    /// Writes a frame as far as there is room now, and gives back what is left of it.
    fn try_write(&mut self, frame: &Bytes) -> Result<Option<Bytes>, Gone>;

    /// Writes what was left of a frame. A client that takes nothing of it for [`WRITE_TIMEOUT`] is gone.
    fn write_rest(&mut self, rest: Bytes) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Waits until the client has gone.
    fn gone(&mut self) -> impl Future<Output = ()> + Send;

    /// Says that this is the end, and no accident.
    fn finish(self);
}

/// The body of an answer that an HTTP library writes: over TLS, and with HTTP/2.
pub(super) struct BodyOutlet(pub(super) mpsc::Sender<Bytes>);

impl Outlet for BodyOutlet {
    fn try_write(&mut self, frame: &Bytes) -> Result<Option<Bytes>, Gone> {
        match self.0.try_send(frame.clone()) {
            Ok(()) => Ok(None),
            Err(mpsc::error::TrySendError::Full(frame)) => Ok(Some(frame)),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Gone),
        }
    }

    async fn write_rest(&mut self, rest: Bytes) -> Result<(), Gone> {
        match timeout(WRITE_TIMEOUT, self.0.send(rest)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    async fn gone(&mut self) {
        self.0.closed().await;
    }

    fn finish(self) {}
}
