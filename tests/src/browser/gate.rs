//! A network between browser and server that a test can hold up, cut and mend. Its address stays when the server's
//! does not.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::JoinHandle,
};

use crate::Api;

/// What a request for a stream has in it.
const STREAM: &[u8] = b"/inbox/stream HTTP/1.1";
/// What a request for WebAssembly has in it.
const WASM: &[u8] = b".wasm HTTP/1.1";

/// Whether bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    /// In both directions.
    Free,
    /// To the server only: its answers wait at the gate.
    Held,
    /// The same for streams only: all else is answered.
    StreamsHeld,
    /// The same for WebAssembly only.
    WasmHeld,
    /// Nothing: what is open breaks off, what is new too.
    Cut,
}

/// A port that leads to a server. Gone when dropped.
#[derive(Debug)]
pub struct Gate {
    origin: String,
    passage: watch::Sender<Passage>,
    server: JoinHandle<()>,
}

impl Gate {
    /// Opens a gate to wherever the server answers at the time.
    pub async fn to(api: &Api) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (passage, seen) = watch::channel(Passage::Free);
        let api = api.clone();
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(join(client, api.clone(), seen.clone()));
            }
        });
        Self { origin, passage, server }
    }

    /// The origin that a page is told instead of the server's.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Keeps back what the server says; what the page says still arrives.
    pub fn hold(&self) {
        self.passage.send_replace(Passage::Held);
    }

    /// Keeps back what streams say; all else is answered.
    pub fn hold_streams(&self) {
        self.passage.send_replace(Passage::StreamsHeld);
    }

    /// Keeps back the WebAssembly; all else is answered.
    pub fn hold_wasm(&self) {
        self.passage.send_replace(Passage::WasmHeld);
    }

    /// Breaks every connection off, and each new one.
    pub fn cut(&self) {
        self.passage.send_replace(Passage::Cut);
    }

    /// Lets everything pass, what was kept back first.
    pub fn open(&self) {
        self.passage.send_replace(Passage::Free);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a connection has been asked for. A browser uses one again only when the answer is complete.
#[derive(Debug, Default)]
struct Asked {
    stream: AtomicBool,
    wasm: AtomicBool,
}

impl Asked {
    /// A browser sends the head of a request in one piece. That it asks first whether it may ask (OPTIONS) is no
    /// request of this kind: Firefox asks that on another connection, and uses it for whatever comes next.
    fn read(&self, piece: &[u8]) {
        if !piece.starts_with(b"GET ") {
            return;
        }
        for (flag, request) in [(&self.stream, STREAM), (&self.wasm, WASM)] {
            flag.fetch_or(piece.windows(request.len()).any(|part| part == request), Ordering::Relaxed);
        }
    }

    fn may_be_answered(&self, passage: Passage) -> bool {
        match passage {
            Passage::Free => true,
            Passage::StreamsHeld => !self.stream.load(Ordering::Relaxed),
            Passage::WasmHeld => !self.wasm.load(Ordering::Relaxed),
            Passage::Held | Passage::Cut => false,
        }
    }
}

/// Joins a browser's connection to one of the server's until either ends.
async fn join(client: TcpStream, api: Api, mut passage: watch::Receiver<Passage>) {
    if *passage.borrow() == Passage::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(api.address()).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let asked = Asked::default();
    tokio::select! {
        () = pass_up(from_client, to_server, &asked) => {}
        () = pass_down(from_server, to_client, &asked, passage.clone()) => {}
        _ = passage.wait_for(|passage| *passage == Passage::Cut) => {}
    }
}

async fn pass_up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, asked: &Asked) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let piece = &buffer[..length];
        asked.read(piece);
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
}

async fn pass_down(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    asked: &Asked,
    mut passage: watch::Receiver<Passage>,
) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let may_pass = |passage: &Passage| asked.may_be_answered(*passage);
        if passage.wait_for(may_pass).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
