//! Connections: accepts them, bounds them, and ends them when the server stops.
//!
//! Written here because `axum::serve` 0.8 gives a silent client all the time in the world: it sets no timer, so that
//! hyper's limit for the head of a request does not work. HTTP/1.1 alone, because telling the versions apart by the
//! first bytes has no limit in time either; HTTP/2 comes with TLS, which names the version.

use std::{convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
    service::TowerToHyperService,
};
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};
use tokio_io_timeout::TimeoutWriter;
use tower::{ServiceExt, service_fn};

/// For the whole head of a request, and for the silence between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// For a client to take the next piece of an answer, and for its machine to acknowledge what was sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The bounds that callers are told of are narrower: see `limits`.
const MAX_BUFFER_BYTES: usize = 64 * 1_024;
const MAX_HEADERS: usize = 200;
/// Open files that are not connections: the database, the log, the listener itself.
const OTHER_FILES: u64 = 64;
/// When there are no more files to open, accepting again at once would fail at once.
const WAIT_WITHOUT_FILES: Duration = Duration::from_millis(100);
/// How long requests may still take once the streams have ended.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Whoever comes when there is no more room.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Serves until `stop` resolves, then lets requests and streams end.
///
/// `drain` is how long streams take to end, after `stop` has told them to.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, drain: Duration) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(places()));
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
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    // It is closed either way.
                    let _ = stream.try_write(NO_ROOM);
                    continue;
                };
                let connection = graceful.watch(connection(stream, peer, router.clone()));
                tokio::spawn(async move {
                    // A connection that breaks is the client's affair.
                    let _ = connection.await;
                    drop(place);
                });
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
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => tracing::info!("every connection has ended"),
        () = sleep(drain + STOP_TIMEOUT) => tracing::warn!("some connections did not end in time"),
    }
}

/// How many connections there may be: as many as files may be opened, once that limit is as high as it goes.
fn places() -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of open files cannot be raised");
        1_024
    });
    usize::try_from(files.saturating_sub(OTHER_FILES).max(1))
        .unwrap_or(usize::MAX)
        .min(Semaphore::MAX_PERMITS)
}

fn is_lack_of_files(error: &io::Error) -> bool {
    /// `ENFILE` and `EMFILE`, the same numbers on every Unix.
    const LACK_OF_FILES: [i32; 2] = [23, 24];
    error.raw_os_error().is_some_and(|number| LACK_OF_FILES.contains(&number))
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> impl GracefulConnection<Error = hyper::Error> {
    // Events are small and should leave at once. Should the system refuse, they leave a little later.
    let _ = stream.set_nodelay(true);
    // A machine that has vanished acknowledges nothing; without this its streams keep their seats for a quarter of an hour.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(WRITE_TIMEOUT));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let router = router.clone();
        request.extensions_mut().insert(ConnectInfo(peer));
        async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_default()) }
    });
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(WRITE_TIMEOUT));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(
            TokioIo::new(Box::pin(stream) as Pin<Box<TimeoutWriter<TcpStream>>>),
            TowerToHyperService::new(service),
        )
}
