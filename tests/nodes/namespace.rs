//! A network namespace of Linux, so that a server can be cut off from everybody, as by a broken switch: what is sent
//! to it or by it just does not arrive.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixStream},
};

/// A namespace, and a cable from here into it. Both are gone when dropped.
pub(crate) struct Namespace {
    pub(crate) name: String,
    /// Where this side is found from within, and that one from here.
    pub(crate) outside: IpAddr,
    pub(crate) inside: IpAddr,
}

impl Namespace {
    /// None where that is not allowed: root alone may do it.
    pub(crate) fn new() -> Option<Self> {
        let id = std::process::id();
        let name = format!("bell{id}");
        if !ip(&format!("netns add {name}")) {
            return None;
        }
        // Of the addresses that are set apart for measuring networks, four.
        let [.., high, low] = (id << 2).to_be_bytes();
        let address = |last| Ipv4Addr::new(198, 18, high, low | last);
        let (outside, inside) = (address(1), address(2));
        let namespace = Self { name, outside: outside.into(), inside: inside.into() };
        let Self { name, .. } = &namespace;
        let is_laid = [
            format!("link add {name}o type veth peer name {name}i netns {name}"),
            format!("address add {outside}/30 dev {name}o"),
            format!("link set {name}o up"),
            format!("-n {name} address add {inside}/30 dev {name}i"),
            format!("-n {name} link set {name}i up"),
            format!("-n {name} link set lo up"),
        ]
        .iter()
        .all(|command| ip(command));
        is_laid.then_some(namespace)
    }

    /// What runs a program in it, by becoming it.
    pub(crate) fn launcher(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.name]
    }

    pub(crate) fn cut(&self) {
        assert!(ip(&format!("-n {0} link set {0}i down", self.name)));
    }

    pub(crate) fn heal(&self) {
        assert!(ip(&format!("-n {0} link set {0}i up", self.name)));
    }

    /// Passes on what comes to an address on this side of the cable.
    pub(crate) async fn relay(&self, to: Target) -> SocketAddr {
        let listener = TcpListener::bind((self.outside, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                match &to {
                    Target::Port(port) => {
                        let to = TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).await;
                        tokio::spawn(pass(from, to));
                    }
                    Target::File(file) => {
                        tokio::spawn(pass(from, UnixStream::connect(file).await));
                    }
                }
            }
        });
        address
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&format!("netns del {}", self.name));
    }
}

/// What is not on the cable itself.
pub(crate) enum Target {
    Port(u16),
    File(PathBuf),
}

async fn pass(mut from: TcpStream, to: std::io::Result<impl AsyncRead + AsyncWrite + Unpin>) {
    if let Ok(mut to) = to {
        // However it ends, both ends are closed with it.
        let _ = copy_bidirectional(&mut from, &mut to).await;
    }
}

fn ip(words: &str) -> bool {
    Command::new("ip").args(words.split(' ')).output().is_ok_and(|output| output.status.success())
}
