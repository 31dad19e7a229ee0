//! Connections: accepts them, bounds them, and ends them when the server stops.
//!
//! Written here because `axum::serve` 0.8 gives a silent client all the time in the world: it sets no timer, so that
//! hyper's limit for the head of a request does not work. HTTP/1.1 alone, because telling the versions apart by the
//! first bytes has no limit in time either; HTTP/2 comes with TLS, which names the version.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};
use tower::{ServiceExt, service_fn};

/// For the whole head of a request, and for the silence between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The bounds that callers are told of are narrower: see `limits`.
const MAX_BUFFER_BYTES: usize = 64 * 1_024;
const MAX_HEADERS: usize = 200;
/// Every connection is an open file; most systems allow a process 20,000 or more.
const MAX_CONNECTIONS: usize = 18_000;
/// When there are no more files to open, accepting again at once would fail at once.
const WAIT_AFTER_FAILURE: Duration = Duration::from_millis(100);
/// How long requests may still take once the streams have ended.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves until `stop` resolves, then lets requests and streams end.
///
/// `drain` is how long streams take to end, after `stop` has told them to.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, drain: Duration) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, place)) => {
                let connection = graceful.watch(connection(stream, router.clone()));
                tokio::spawn(async move {
                    // A connection that breaks is the client's affair.
                    let _ = connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(WAIT_AFTER_FAILURE).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => tracing::info!("every connection has ended"),
        () = sleep(drain + STOP_TIMEOUT) => tracing::warn!("some connections did not end in time"),
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

fn connection(
    stream: TcpStream,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_default()) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
}
