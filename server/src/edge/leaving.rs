//! How a connection leaves the HTTP library when it has become a stream: after the head of the answer, with nothing
//! of the library left in memory.
//!
//! The library writes that head as every other, with what the layers put into it, and is then given a body that never
//! says anything. Once all is written, the socket is taken from it. Looking at each request's head before the library
//! does was the other way: it would have been a second reader of HTTP, and blind to connections that are used again.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, Version, header},
    response::Response,
};
use hyper::body::{Body as HttpBody, Frame};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::hub::{Granted, Socket, Stream};

/// What the parts of one connection know of its leaving.
#[derive(Clone, Default)]
pub(super) struct Leaving(Arc<Mutex<Progress>>);

#[derive(Default)]
struct Progress {
    stream: Option<Box<Stream>>,
    is_chunked: bool,
    /// The head of the stream's answer is with what is to be written.
    head_is_queued: bool,
    /// It has been written, and all before it.
    is_written: bool,
}

impl Leaving {
    /// Looks at an answer. If it is a stream's, the connection is about to leave.
    pub(super) fn see(&self, method: &Method, version: Version, answer: &mut Response) {
        // Only a GET's answer has a body: that of a HEAD, which the same route answers, is dropped with its stream.
        if *method != Method::GET {
            return;
        }
        let Some(stream) = answer.extensions_mut().remove::<Granted>().and_then(|granted| granted.take())
        else {
            return;
        };
        // The connection is a stream from here on: what the client has sent behind its request is not answered
        // (RFC 9112, section 9.6), and an old client is told the length by the end (section 6.3).
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        *answer.body_mut() = Body::new(Silence(self.clone()));
        let mut progress = self.progress();
        progress.is_chunked = version == Version::HTTP_11;
        progress.stream = Some(stream);
    }

    /// Whether the library has nothing more to do.
    pub(super) fn is_due(&self) -> bool {
        self.progress().is_written
    }

    /// The stream and its socket.
    pub(super) fn leave(&self, connection: &mut Leavable) -> Option<(Box<Stream>, Socket)> {
        let mut progress = self.progress();
        Some((progress.stream.take()?, Socket::new(connection.stream.take()?, progress.is_chunked)))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body of a stream's answer as the library sees it.
struct Silence(Leaving);

impl HttpBody for Silence {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // It is asked once the head has been made.
        self.0.progress().head_is_queued = true;
        Poll::Pending
    }
}

/// A connection that can be taken from the one that reads and writes it.
pub(super) struct Leavable {
    stream: Option<TcpStream>,
    leaving: Leaving,
}

impl Leavable {
    pub(super) const fn new(stream: TcpStream, leaving: Leaving) -> Self {
        Self { stream: Some(stream), leaving }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Leavable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Leavable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket has nothing to flush. The library comes here when it has nothing left to write.
        let mut progress = self.leaving.progress();
        progress.is_written = progress.head_is_queued;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }
}
