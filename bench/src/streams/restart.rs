//! A server that is started anew under many streams. They come back as the element does: quickly at first, then after
//! a random part of a growing time, and no sooner than the server asked for.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use notification_bell_tests::{Api, Server};
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{crowd::Request, target::Failure, wire::Wire};

const OPENING_AT_FIRST: usize = 128;
/// For all to be back.
const LIMIT: Duration = Duration::from_mins(1);
const POLLING: Duration = Duration::from_millis(20);
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// The element's waits (`component/src/backoff.rs`), in milliseconds.
const FIRST_MIN: u64 = 100;
const FIRST_SPREAD: u64 = 200;
const BASE: u64 = 1_000;
const CAP: u64 = 60_000;

/// How they came back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Return {
    /// How many were back in time.
    pub(super) back: usize,
    /// From the moment the server could be reached to the last one.
    pub(super) seconds: f64,
    /// The most that came within one second, by how many came in a second on average.
    pub(super) peak_to_mean: f64,
    /// Answers with a status of 500 and more, later than a second after the server could be reached.
    pub(super) late_refusals: usize,
}

#[derive(Default)]
struct Log {
    opened: Vec<Instant>,
    failed: Vec<Instant>,
}

/// Opens the streams, restarts the server (asks it to stop, or kills it), and waits until they are back.
pub(super) async fn restart(
    server: &mut Server,
    requests: Vec<Request>,
    kill: bool,
) -> Result<Return, Failure> {
    let number = requests.len();
    let log = Arc::new(Mutex::new(Log::default()));
    let opening = Arc::new(Semaphore::new(OPENING_AT_FIRST));
    let mut bells = JoinSet::new();
    for (seed, request) in requests.into_iter().enumerate() {
        bells.spawn(live(server.api().clone(), request, seed as u64, Arc::clone(&opening), Arc::clone(&log)));
    }
    let count = || log.lock().unwrap_or_else(PoisonError::into_inner).opened.len();
    if !reached(number, count).await {
        return Err("not all streams could be opened".into());
    }
    *log.lock().unwrap_or_else(PoisonError::into_inner) = Log::default();
    if kill {
        server.kill().await;
    } else {
        server.stop().await;
    }
    server.restart().await;
    let up_at = Instant::now();
    reached(number, count).await;
    bells.shutdown().await;
    let log = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(log.judged(up_at))
}

async fn reached(number: usize, count: impl Fn() -> usize) -> bool {
    let waiting = async {
        while count() < number {
            sleep(POLLING).await;
        }
    };
    timeout(LIMIT, waiting).await.is_ok()
}

impl Log {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    fn judged(mut self, up_at: Instant) -> Return {
        self.opened.sort_unstable();
        let after = |at: &Instant| at.saturating_duration_since(up_at).as_secs_f64();
        let (first, last) = (self.opened.first().map_or(0.0, after), self.opened.last().map_or(0.0, after));
        // The most within any one second.
        let mut from = 0;
        let mut peak = 0;
        for (to, at) in self.opened.iter().enumerate() {
            while at.duration_since(self.opened[from]) > Duration::from_secs(1) {
                from += 1;
            }
            peak = peak.max(to + 1 - from);
        }
        let mean = self.opened.len() as f64 / (last - first).max(1.0);
        Return {
            back: self.opened.len(),
            seconds: last,
            peak_to_mean: peak as f64 / mean,
            late_refusals: self.failed.iter().filter(|at| after(at) > 1.0).count(),
        }
    }
}

/// One element.
async fn live(api: Api, mut request: Request, seed: u64, opening: Arc<Semaphore>, log: Arc<Mutex<Log>>) {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut failures = 0_u32;
    let mut place = opening.acquire_owned().await.ok();
    loop {
        let mut asked_ms = 0;
        match timeout(ANSWER_LIMIT, open(api.address(), &request)).await {
            Ok(Ok((200, stream, received))) => {
                log.lock().unwrap_or_else(PoisonError::into_inner).opened.push(Instant::now());
                drop(place.take());
                asked_ms = follow(stream, received, &mut request).await;
            }
            Ok(Ok((500.., ..))) => {
                log.lock().unwrap_or_else(PoisonError::into_inner).failed.push(Instant::now());
            }
            _ => {}
        }
        let wait_ms = if failures == 0 {
            FIRST_MIN + chance.below(FIRST_SPREAD)
        } else {
            chance.below((BASE << (failures - 1).min(6)).min(CAP))
        };
        failures += 1;
        sleep(Duration::from_millis(asked_ms + wait_ms)).await;
    }
}

async fn open(host: SocketAddr, request: &Request) -> std::io::Result<(u16, TcpStream, Vec<u8>)> {
    let (status, mut stream, mut received) =
        Wire::connect(host).await?.open(&request.path, &request.headers).await?;
    while status == 200 && !received.windows(2).any(|two| two == b"\n\n") {
        if stream.read_buf(&mut received).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok((status, stream, received))
}

/// Reads a stream to its end. Gives what the server asked for as the time to come back.
async fn follow(mut stream: TcpStream, mut received: Vec<u8>, request: &mut Request) -> u64 {
    let mut asked_ms = 0;
    loop {
        for line in String::from_utf8_lossy(&received).lines() {
            if let Some(id) = line.strip_prefix("id: ") {
                resume_from(request, id);
            } else if let Some(wait) = line.strip_prefix("retry: ") {
                asked_ms = wait.trim().parse().unwrap_or(0);
            }
        }
        received = Vec::new();
        if stream.readable().await.is_err() {
            return asked_ms;
        }
        match timeout(ANSWER_LIMIT, stream.read_buf(&mut received)).await {
            Ok(Ok(1..)) => {}
            _ => return asked_ms,
        }
    }
}

fn resume_from(request: &mut Request, id: &str) {
    let others: Vec<&str> =
        request.headers.lines().filter(|line| !line.starts_with("last-event-id")).collect();
    request.headers = format!("{}\r\nlast-event-id: {id}\r\n", others.join("\r\n"));
}

/// Chance enough for waits (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}
