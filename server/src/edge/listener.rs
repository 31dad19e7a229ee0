//! Connections: accepts them, bounds them, and ends them when the server stops.
//!
//! Written here because `axum::serve` 0.8 gives a silent client all the time in the world: it sets no timer, so that
//! hyper's limit for the head of a request does not work. Without TLS it speaks HTTP/1.1 alone, because telling the
//! versions apart by the first bytes has no limit in time either; TLS names the version.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use futures_util::FutureExt;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::sleep,
};
use tokio_io_timeout::TimeoutWriter;
use tower::{ServiceExt, service_fn};

use super::{
    last_requests::{no_more_requests, say_if_it_is_the_last},
    leaving::{Leavable, Leaving},
    open_files::{is_lack_of_files, places},
    tls::{self, Tls},
};
use crate::{
    hub::{Socket, Stream},
    metrics::{CONNECTIONS, Metrics},
};

/// For the whole head of a request, and for the silence between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// For a client to take the next piece of an answer, and for its machine to acknowledge what was sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The bounds that callers are told of are narrower: see `limits`.
const MAX_BUFFER_BYTES: usize = 64 * 1_024;
const MAX_HEADERS: usize = 200;
/// With HTTP/2, a client that answers no ping is gone.
const HTTP_2_PING_INTERVAL: Duration = Duration::from_secs(20);
const HTTP_2_PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Requests and streams of one connection at a time.
const HTTP_2_STREAMS: u32 = 200;
const HTTP_2_MAX_HEADER_BYTES: u32 = 64 * 1_024;
/// Connections that the system may have made and nobody accepted yet, as far as it allows. The usual 128 are too few for
/// when thousands come back at once: who finds no room tries again a second later.
const MAX_UNACCEPTED: u32 = 4_096;
/// When there are no more files to open, accepting again at once would fail at once.
const WAIT_WITHOUT_FILES: Duration = Duration::from_millis(100);
/// How long requests may still take once the streams have ended.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Whoever comes when there is no more room.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Listens at an address.
///
/// # Errors
/// If that is not possible.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that it can be started again while the system still remembers old connections.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MAX_UNACCEPTED)
}

/// Serves until `stop` resolves, then lets requests and streams end.
///
/// `drain` is how long streams take to end, after `stop` has told them to.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    metrics: &Metrics,
    stop: impl Future<Output = ()>,
    drain: Duration,
) {
    let (stopping, _) = watch::channel(false);
    let number = places();
    let places = Arc::new(Semaphore::new(number));
    metrics.watch_places(Arc::clone(&places), number);
    let welcome = |stream: TcpStream, peer| {
        let Ok(permit) = Arc::clone(&places).try_acquire_owned() else {
            // It is closed either way.
            let _ = stream.try_write(NO_ROOM);
            metrics.limits_hit.count(CONNECTIONS);
            return;
        };
        let place = Place { stopping: stopping.subscribe(), _permit: permit };
        tokio::spawn(converse(stream, peer, tls.clone(), router.clone(), place));
    };
    let mut without_files = false;
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                without_files = false;
                welcome(stream, peer);
            }
            Err(error) if is_lack_of_files(&error) => {
                if !without_files {
                    tracing::error!(%error, "no connection can be accepted: raise the limit of open files");
                }
                without_files = true;
                sleep(WAIT_WITHOUT_FILES).await;
            }
            // The client has gone again already.
            Err(error) => tracing::debug!(%error, "a connection was not accepted"),
        }
    }
    // Who has connected may have asked already. Who is refused from here on has sent nothing, and goes to another server.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        welcome(stream, peer);
    }
    drop(listener);
    stopping.send_replace(true);
    tokio::select! {
        () = stopping.closed() => tracing::info!("every connection has ended"),
        () = sleep(drain + STOP_TIMEOUT) => tracing::warn!("some connections did not end in time"),
    }
}

/// The place of a connection among those that there may be: kept to its end, also as a stream.
struct Place {
    /// Whether the server is about to stop. It waits until nobody has one of these.
    stopping: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

/// One connection, from its first byte to its last, or until it has become a stream: that runs in a task of its own,
/// because this one is much larger.
async fn converse(stream: TcpStream, peer: SocketAddr, tls: Option<Tls>, router: Router, mut place: Place) {
    // Events are small and should leave at once. Should the system refuse, they leave a little later.
    let _ = stream.set_nodelay(true);
    // A machine that has vanished acknowledges nothing; without this its streams keep their seats for a quarter of an hour.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(WRITE_TIMEOUT));
    let outcome = match tls {
        Some(tls) => converse_secretly(stream, peer, &tls, router, &mut place).await.map(|()| None),
        None => converse_plainly(stream, peer, router, &mut place).await,
    };
    match outcome {
        Ok(Some((stream, socket))) => {
            tokio::spawn(async move {
                stream.run_on(socket).await;
                drop(place);
            });
        }
        Ok(None) => {}
        // A connection that breaks is the client's affair.
        Err(error) => tracing::trace!(error, "a connection broke"),
    }
}

type ConnectionError = Box<dyn std::error::Error + Send + Sync>;

/// Gives what the connection became, if it became a stream.
async fn converse_plainly(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: &mut Place,
) -> Result<Option<(Box<Stream>, Socket)>, ConnectionError> {
    let leaving = Leaving::default();
    let seen = leaving.clone();
    let stopping = place.stopping.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (seen, method, version) = (seen.clone(), request.method().clone(), request.version());
        let answered = answer(router.clone(), peer, request);
        let stopping = stopping.clone();
        async move {
            let mut answer = answered.await?;
            say_if_it_is_the_last(&stopping, &mut answer);
            seen.see(&method, version, &mut answer);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = http_1()
        .serve_connection(io(Leavable::new(stream, leaving.clone())), TowerToHyperService::new(service));
    let mut stop = pin!(no_more_requests(&mut place.stopping));
    let mut was_stopped = false;
    let is_over = poll_fn(|context| {
        let mut connection = Pin::new(&mut connection);
        if !was_stopped && stop.as_mut().poll(context).is_ready() {
            was_stopped = true;
            connection.as_mut().graceful_shutdown();
        }
        match connection.poll(context) {
            Poll::Ready(outcome) => Poll::Ready(outcome.map(|()| true)),
            // It was this poll that wrote the last of it.
            Poll::Pending if leaving.is_due() => Poll::Ready(Ok(false)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await?;
    if is_over {
        return Ok(None);
    }
    // What was read behind the request is dropped here.
    let mut io = connection.into_parts().io.into_inner();
    Ok(leaving.leave(io.as_mut().get_pin_mut().get_mut()))
}

async fn converse_secretly(
    stream: TcpStream,
    peer: SocketAddr,
    tls: &Tls,
    router: Router,
    place: &mut Place,
) -> Result<(), ConnectionError> {
    let stream = tls.accept(stream).await?;
    let stopping = place.stopping.clone();
    let is_http_2 = tls::is_http_2(&stream);
    let service = TowerToHyperService::new(service_fn(move |request: hyper::Request<Incoming>| {
        let (answered, stopping) = (answer(router.clone(), peer, request), stopping.clone());
        async move {
            let mut answer = answered.await?;
            if !is_http_2 {
                say_if_it_is_the_last(&stopping, &mut answer);
            }
            Ok::<_, Infallible>(answer)
        }
    }));
    if is_http_2 {
        // It says by itself which requests it has not seen.
        let stop = place.stopping.wait_for(|stopping| *stopping);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP_2_PING_INTERVAL)
            .keep_alive_timeout(HTTP_2_PING_TIMEOUT)
            .max_concurrent_streams(HTTP_2_STREAMS)
            .max_header_list_size(HTTP_2_MAX_HEADER_BYTES);
        let mut connection = pin!(builder.serve_connection(io(stream), service));
        tokio::select! {
            outcome = &mut connection => return Ok(outcome?),
            _ = stop => connection.as_mut().graceful_shutdown(),
        }
        return Ok(connection.await?);
    }
    let mut connection = pin!(http_1().serve_connection(io(stream), service));
    tokio::select! {
        outcome = &mut connection => return Ok(outcome?),
        () = no_more_requests(&mut place.stopping) => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    Ok(router.oneshot(request.map(Body::new)).await.unwrap_or_default())
}

fn http_1() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .max_headers(MAX_HEADERS);
    builder
}

/// A stream whose reader has to take something now and then.
fn io<S: AsyncRead + AsyncWrite>(stream: S) -> TokioIo<Pin<Box<TimeoutWriter<S>>>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(WRITE_TIMEOUT));
    TokioIo::new(Box::pin(stream))
}
