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
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) request: Request,
    /// The numbers of users go round, from the first one on.
    pub(crate) users: u64,
    pub(crate) first_user: u64,
    /// Whether the first number of a request is its own, and not that of a user.
    pub(crate) is_named: bool,
    pub(crate) accepted: u16,
    /// Where the numbers of requests begin.
    pub(crate) first: u64,
}

/// What came of a load.
#[derive(Default)]
pub(crate) struct Measured {
    /// How long each answer took.
    pub(crate) times: Vec<Duration>,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// The longest time in which nothing was answered on any connection.
    pub(crate) silence: Duration,
}

/// So many connections, each of which sends when it has been answered.
pub(crate) async fn flood(target: &Target, connections: u64, lasting: Duration) -> io::Result<Measured> {
    run(target, connections, |_, began| Pace { next: began, every: Duration::ZERO, until: began + lasting })
        .await
}

/// So many a second on a schedule that waits for nobody: an answer that comes late delays what is sent on its connection
/// next, and that wait is counted, from when it should have been sent.
pub(crate) async fn at_rate(
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
    let mut answered_at = vec![began];
    while let Some(answers) = senders.join_next().await {
        for (time, at) in answers.map_err(io::Error::other)?? {
            measured.times.push(time);
            answered_at.push(at);
        }
    }
    measured.took = began.elapsed();
    answered_at.sort_unstable();
    let silences = answered_at.windows(2).map(|two| two[1] - two[0]);
    measured.silence = silences.max().unwrap_or_default();
    Ok(measured)
}

async fn send(
    mut connection: Connection,
    mut target: Target,
    first: u64,
    step: u64,
    mut pace: Pace,
) -> io::Result<Vec<(Duration, Instant)>> {
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
        let user = target.first_user + number % target.users;
        let bytes =
            if target.is_named { target.request.with(&[number, user]) } else { target.request.with(&[user]) };
        let status = connection.exchange(bytes).await?;
        let answered_at = Instant::now();
        times.push((answered_at - due, answered_at));
        if status != target.accepted {
            return Err(io::Error::other(format!("not accepted: {}", connection.last_answer())));
        }
        number += step;
        pace.next += pace.every;
    }
}
