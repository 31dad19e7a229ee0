//! Many open streams, and when what was sent arrived at each.
//!
//! What is sent carries a number in its title. Readers look for that and nothing else, so that they are quick and the
//! same for every server.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
    time::timeout,
};

use super::wire::Wire;

/// In front of the number of a notification, and behind it.
const MARK: &[u8] = b"load-";
const NUMBER_DIGITS: usize = 8;
/// Streams that are being opened at a time.
const OPENING: usize = 128;
const OPENING_LIMIT: Duration = Duration::from_secs(10);

/// The title of a notification with a number.
pub(crate) fn title(number: usize) -> String {
    format!("load-{number:0NUMBER_DIGITS$}")
}

/// A notification arrived somewhere.
pub(crate) struct Arrival {
    pub(crate) number: usize,
    pub(crate) at: Instant,
}

/// How a stream is asked for.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Whole lines.
    pub(crate) headers: String,
}

/// Streams that are open and read.
pub(crate) struct Crowd {
    readers: Vec<JoinHandle<()>>,
    /// How many were opened a second.
    pub(crate) per_second: f64,
    /// How many could not be, and why the first of them could not.
    pub(crate) refused: usize,
    pub(crate) fault: Option<io::Error>,
}

impl Crowd {
    /// Opens them all, each up to its first event if there is one at the opening.
    pub(crate) async fn open(
        host: SocketAddr,
        requests: Vec<Request>,
        has_first_event: bool,
        arrivals: &UnboundedSender<Arrival>,
    ) -> Self {
        let began = Instant::now();
        let opened: Vec<io::Result<TcpStream>> = stream::iter(requests)
            .map(
                |request| async move { timeout(OPENING_LIMIT, open(host, &request, has_first_event)).await? },
            )
            .buffer_unordered(OPENING)
            .collect()
            .await;
        let seconds = began.elapsed().as_secs_f64();
        let (mut readers, mut refused, mut fault) = (Vec::with_capacity(opened.len()), 0, None);
        for stream in opened {
            match stream {
                Ok(stream) => {
                    let arrivals = arrivals.clone();
                    readers.push(tokio::spawn(async move { read(stream, &arrivals).await }));
                }
                Err(error) => {
                    refused += 1;
                    fault.get_or_insert(error);
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let per_second = readers.len() as f64 / seconds;
        Self { readers, per_second, refused, fault }
    }

    pub(crate) fn len(&self) -> usize {
        self.readers.len()
    }

    pub(crate) fn close(self) {
        for reader in self.readers {
            reader.abort();
        }
    }
}

/// Opens a stream, and reads its first event if it has one.
pub(crate) async fn open(
    host: SocketAddr,
    request: &Request,
    has_first_event: bool,
) -> io::Result<TcpStream> {
    let (status, mut stream, mut received) =
        Wire::connect(host).await?.open(&request.path, &request.headers).await?;
    if status != 200 {
        return Err(io::Error::other(format!("the answer was {status}")));
    }
    while has_first_event && !received.windows(2).any(|two| two == b"\n\n") {
        if stream.read_buf(&mut received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(stream)
}

async fn read(stream: TcpStream, arrivals: &UnboundedSender<Arrival>) {
    let mut rest = Vec::new();
    loop {
        // Waits without a buffer: the load has to be small beside what it measures.
        if stream.readable().await.is_err() {
            return;
        }
        let mut buffer = [0; 4_096];
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => {
                let at = Instant::now();
                let mut found = |number| {
                    let _ = arrivals.send(Arrival { number, at });
                };
                // As a rule what comes is whole, and nothing is kept of it.
                if rest.is_empty() {
                    rest = without_numbers(&buffer[..length], &mut found).to_vec();
                } else {
                    rest.extend_from_slice(&buffer[..length]);
                    rest = without_numbers(&rest, &mut found).to_vec();
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// Tells the numbers in what came; what may be the beginning of another is left.
fn without_numbers<'a>(mut bytes: &'a [u8], found: &mut impl FnMut(usize)) -> &'a [u8] {
    while let Some(at) = bytes.windows(MARK.len()).position(|part| part == MARK) {
        bytes = &bytes[at..];
        let Some(digits) = bytes.get(MARK.len()..MARK.len() + NUMBER_DIGITS) else { return bytes };
        if let Some(number) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
            found(number);
        }
        bytes = &bytes[MARK.len() + NUMBER_DIGITS..];
    }
    let beginning = (1..MARK.len()).rev().find(|length| bytes.ends_with(&MARK[..*length]));
    &bytes[bytes.len() - beginning.unwrap_or(0)..]
}

/// Waits for so many arrivals of one number, and gives when the last one was.
pub(crate) async fn last_of(
    number: usize,
    times: usize,
    limit: Duration,
    arrivals: &mut UnboundedReceiver<Arrival>,
) -> Option<Instant> {
    timeout(limit, async {
        let mut last = None;
        let mut left = times;
        while left > 0 {
            let arrival = arrivals.recv().await?;
            if arrival.number == number {
                left -= 1;
                last = last.max(Some(arrival.at));
            }
        }
        last
    })
    .await
    .ok()?
}
