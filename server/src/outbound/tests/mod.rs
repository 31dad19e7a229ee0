//! The client against real sockets on this machine, and resolvers that say what they are told.

mod answer;
mod post;
mod reach;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::AbortHandle,
};
use url::Url;

use super::{
    Fetched, Outbound, OutboundError, Timeouts,
    allowed::OutboundAllow,
    resolver::{Resolver, SystemResolver},
};

/// The answers of a resolver, one after the other; the last one again and again.
struct Answers {
    answers: Vec<Vec<&'static str>>,
    asked: Mutex<Vec<String>>,
}

impl Answers {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Arc::new(Self { answers, asked: Mutex::default() })
    }
}

#[async_trait]
impl Resolver for Answers {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        let answer = self.answers.get(asked.len()).or(self.answers.last());
        asked.push(host.to_owned());
        Ok(answer.unwrap().iter().map(|address| address.parse().unwrap()).collect())
    }
}

/// A server that gives the same bytes to everybody, and then says nothing, or closes.
struct Server {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
    request: Arc<Mutex<String>>,
    task: AbortHandle,
}

impl Server {
    async fn answering(answer: impl Into<Vec<u8>>, closes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (calls, request) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<String>>::default());
        let (counter, noted, answer) = (Arc::clone(&calls), Arc::clone(&request), answer.into());
        let task = tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, SeqCst);
                let mut read = vec![0; 4_096];
                let length = stream.read(&mut read).await.unwrap_or(0);
                *noted.lock().unwrap() = String::from_utf8_lossy(&read[..length]).into_owned();
                // The client may have read enough and gone.
                let _ = stream.write_all(&answer).await;
                if !closes {
                    silent.push(stream);
                }
            }
        });
        Self { address, calls, request, task: task.abort_handle() }
    }

    async fn with_body(body: &str) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\ncache-control: max-age=300\r\n\r\n",
            body.len()
        );
        Self::answering(head + body, true).await
    }

    fn url(&self, host: &str) -> Url {
        Url::parse(&format!("http://{host}:{}/jwks", self.address.port())).unwrap()
    }

    fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn outbound(allow: &str, resolver: Arc<dyn Resolver>) -> Outbound {
    Outbound::new(OutboundAllow::parse(allow).unwrap(), resolver, Timeouts::default())
}

async fn fetch(outbound: &Outbound, url: &Url) -> Result<Fetched, OutboundError> {
    outbound.get(url, "application/json", 1_000).await
}

/// Calls this machine with what `allow` lists.
async fn call(allow: &str, url: &Url) -> Result<Fetched, OutboundError> {
    fetch(&outbound(allow, Arc::new(SystemResolver)), url).await
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}
