//! A network between browser and server that a test can hold up, cut and mend. Its address stays when the server's
//! does not.

use std::net::Ipv4Addr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::JoinHandle,
};

use crate::Api;

/// Whether bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    /// In both directions.
    Free,
    /// To the server only: its answers wait at the gate.
    Held,
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

/// Joins a browser's connection to one of the server's until either ends.
async fn join(client: TcpStream, api: Api, mut passage: watch::Receiver<Passage>) {
    if *passage.borrow() == Passage::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(api.address()).await else { return };
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let down = pass_down(from_server, to_client, passage.clone());
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        () = down => {}
        _ = passage.wait_for(|passage| *passage == Passage::Cut) => {}
    }
}

async fn pass_down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passage: watch::Receiver<Passage>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if passage.wait_for(|passage| *passage == Passage::Free).await.is_err()
            || to.write_all(&buffer[..length]).await.is_err()
        {
            return;
        }
    }
}
