//! Readers that have stopped reading, beside others that have not.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::mpsc::UnboundedReceiver,
    time::{sleep, sleep_until, timeout},
};

use super::{
    crowd::{Arrival, Request},
    target::{Bell, Failure, To},
    wire::Wire,
};
use crate::latencies::Latencies;

/// What a stalled reader's own machine takes for it, at the least that the system allows.
const RECEIVE_BYTES: u32 = 4_096;
const OPENING: usize = 64;
const OPENING_LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);
/// For what was sent last to arrive.
const ARRIVING: Duration = Duration::from_secs(5);

/// Streams that are opened and never read.
pub(super) async fn open(host: SocketAddr, requests: Vec<Request>) -> Vec<TcpStream> {
    stream::iter(requests)
        .map(|request| async move { timeout(OPENING_LIMIT, open_one(host, &request)).await.ok()?.ok() })
        .buffer_unordered(OPENING)
        .filter_map(async |stream| stream)
        .collect()
        .await
}

async fn open_one(host: SocketAddr, request: &Request) -> std::io::Result<TcpStream> {
    let socket = if host.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    let stream = socket.connect(host).await?;
    let text = format!("GET {} HTTP/1.1\r\nhost: {host}\r\n{}\r\n", request.path, request.headers);
    let mut sent = 0;
    while sent < text.len() {
        stream.writable().await?;
        match stream.try_write(&text.as_bytes()[sent..]) {
            Ok(length) => sent += length,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(stream)
}

/// Sends to everyone, one after the other with pauses, and gives how long each took to each reader.
pub(super) async fn broadcast(
    bell: &Bell,
    first_number: usize,
    times: usize,
    readers: usize,
    body: &str,
    arrivals: &mut UnboundedReceiver<Arrival>,
) -> Result<Latencies, Failure> {
    let mut wire = Wire::connect(bell.host).await?;
    let mut sent_at = Vec::new();
    for number in first_number..first_number + times {
        let next_at = tokio::time::Instant::now() + PAUSE;
        sent_at.push(Instant::now());
        bell.send(&mut wire, To::Everyone, number, body).await?;
        sleep_until(next_at).await;
    }
    let mut measured = Vec::new();
    while measured.len() < times * readers {
        let Ok(Some(arrival)) = timeout(ARRIVING, arrivals.recv()).await else { break };
        let sent_at = arrival.number.checked_sub(first_number).and_then(|index| sent_at.get(index));
        measured.extend(sent_at.map(|sent_at| arrival.at.saturating_duration_since(*sent_at)));
    }
    if measured.len() < times * readers {
        return Err(format!("{} of {} arrived", measured.len(), times * readers).into());
    }
    sleep(PAUSE).await;
    Ok(Latencies::of(measured))
}
