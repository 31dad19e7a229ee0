//! The load: as much as is answered, or so much a second whatever is answered.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{connection::Connection, request::Request};

/// What is asked, and of whom.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) request: Request,
    /// The numbers of users go round.
    pub(super) users: u64,
    /// Whether the first number of a request is its own, and not that of a user.
    pub(super) is_named: bool,
    pub(super) accepted: u16,
    /// Where the numbers of requests begin.
    pub(super) first: u64,
}

/// What came of a load.
#[derive(Default)]
pub(super) struct Measured {
    /// How long each answer took.
    pub(super) times: Vec<Duration>,
    /// From the first request to the last answer.
    pub(super) took: Duration,
}

impl Measured {
    pub(super) fn per_second(&self) -> u64 {
        let number = u128::try_from(self.times.len()).unwrap_or(0);
        u64::try_from(number * 1_000_000 / self.took.as_micros().max(1)).unwrap_or(u64::MAX)
    }
}

/// So many connections, each of which sends when it has been answered.
pub(super) async fn flood(target: &Target, connections: u64, lasting: Duration) -> io::Result<Measured> {
    run(target, connections, |_, began| Pace { next: began, every: Duration::ZERO, until: began + lasting })
        .await
}

/// So many a second on a schedule that waits for nobody: an answer that comes late delays what is sent on its connection
/// next, and that wait is counted, from when it should have been sent.
pub(super) async fn at_rate(
    target: &Target,
    connections: u64,
    per_second: u64,
    lasting: Duration,
) -> io::Result<Measured> {
    let apart = Duration::from_secs(1) / u32::try_from(per_second.max(1)).unwrap_or(u32::MAX);
    let number = u32::try_from(connections).unwrap_or(u32::MAX);
    run(target, connections, |connection, began| Pace {
        next: began + apart * connection,
        every: apart * number,
        until: began + lasting,
    })
    .await
}

/// When one connection sends.
struct Pace {
    next: Instant,
    every: Duration,
    until: Instant,
}

async fn run(target: &Target, connections: u64, pace: impl Fn(u32, Instant) -> Pace) -> io::Result<Measured> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(target.address).await?);
    }
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for (number, connection) in (0..).zip(open) {
        let (target, pace) = (target.clone(), pace(number, began));
        senders.spawn(send(connection, target, u64::from(number), connections, pace));
    }
    let mut measured = Measured::default();
    while let Some(times) = senders.join_next().await {
        measured.times.extend(times.map_err(io::Error::other)??);
    }
    measured.took = began.elapsed();
    Ok(measured)
}

async fn send(
    mut connection: Connection,
    mut target: Target,
    first: u64,
    step: u64,
    mut pace: Pace,
) -> io::Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut number = target.first + first;
    loop {
        let now = Instant::now();
        let due = if pace.every.is_zero() { now } else { pace.next };
        if due >= pace.until {
            return Ok(times);
        }
        if due > now {
            tokio::time::sleep_until(due.into()).await;
        }
        let user = number % target.users;
        let bytes =
            if target.is_named { target.request.with(&[number, user]) } else { target.request.with(&[user]) };
        let status = connection.exchange(bytes).await?;
        times.push(due.elapsed());
        if status != target.accepted {
            return Err(io::Error::other(format!("not accepted: {}", connection.last_answer())));
        }
        number += step;
        pace.next += pace.every;
    }
}
