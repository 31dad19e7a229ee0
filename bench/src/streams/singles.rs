//! Sends to single users, so many a second, and how long each takes from its answer to the stream.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{sleep_until, timeout},
};

use super::{crowd::Arrival, target::Failure, wire::Wire};
use crate::{latencies::Latencies, report::whole};

const SECONDS: usize = 3;
const SENDERS: usize = 64;
/// Their numbers: no other notification of a run has one of these.
const FIRST_NUMBER: usize = 100_000;
/// For the last of them to arrive.
const ARRIVING: Duration = Duration::from_secs(20);

/// What came of sends to single users.
pub(crate) struct Singles {
    /// From the answer to the stream.
    pub(crate) arriving: Latencies,
    pub(crate) number: usize,
    pub(crate) per_second: f64,
}

/// Sends so many a second, from many connections, and waits for all of them to arrive.
pub(crate) async fn send_singles(
    host: SocketAddr,
    rate: usize,
    arrivals: &mut UnboundedReceiver<Arrival>,
    send: impl AsyncFn(&mut Wire, usize) -> Result<(), Failure>,
) -> Result<Singles, Failure> {
    let total = rate * SECONDS;
    let began = tokio::time::Instant::now();
    let senders = (0..SENDERS).map(async |sender| {
        let mut wire = Wire::connect(host).await?;
        let mut answered = Vec::new();
        for index in (sender..total).step_by(SENDERS) {
            sleep_until(began + Duration::from_secs(1).mul_f64(whole(index) / whole(rate))).await;
            send(&mut wire, FIRST_NUMBER + index).await?;
            answered.push((index, Instant::now()));
        }
        Ok::<_, Failure>(answered)
    });
    let answered: Vec<_> = try_join_all(senders).await?.into_iter().flatten().collect();
    let seconds = began.elapsed().as_secs_f64();
    let mut arrived_at = vec![None; total];
    let mut left = total;
    while left > 0 {
        let Ok(Some(arrival)) = timeout(ARRIVING, arrivals.recv()).await else {
            return Err(format!("{left} sends did not arrive").into());
        };
        let place = arrival.number.checked_sub(FIRST_NUMBER).and_then(|index| arrived_at.get_mut(index));
        if let Some(place @ None) = place {
            *place = Some(arrival.at);
            left -= 1;
        }
    }
    let measured = answered.iter().filter_map(|(index, answered_at)| {
        arrived_at[*index].map(|at: Instant| at.saturating_duration_since(*answered_at))
    });
    Ok(Singles {
        arriving: Latencies::of(measured.collect()),
        number: total,
        per_second: whole(total) / seconds,
    })
}

/// The reader that a send goes to: all over them, and not the same one twice in a row.
pub(crate) const fn reader_of(number: usize, readers: usize) -> usize {
    number.wrapping_mul(7_919) % readers
}
