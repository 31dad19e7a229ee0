//! As little HTTP/1.1 as a load needs, so that the machine is left to what is measured.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const MAX_HEAD_BYTES: usize = 16 * 1_024;

/// A connection for one request after another.
pub(crate) struct Wire {
    stream: TcpStream,
    host: SocketAddr,
    received: Vec<u8>,
}

/// An answer with its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) async fn connect(host: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host, received: Vec::new() })
    }

    /// `POST` with a body of JSON; `headers` are whole lines. A server may have closed a connection that was silent:
    /// then it is made again, once.
    pub(crate) async fn post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
        match self.post_once(path, headers, body).await {
            Err(_) if self.received.is_empty() => {
                *self = Self::connect(self.host).await?;
                self.post_once(path, headers, body).await
            }
            answer => answer,
        }
    }

    async fn post_once(&mut self, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let head = self.head().await?;
        let length = head.length.ok_or(ErrorKind::InvalidData)?;
        while self.received.len() < length {
            self.read().await?;
        }
        let body = self.received.drain(..length).collect();
        Ok(Answer { status: head.status, body })
    }

    /// `GET`, of whose answer only the head is read: the rest is in what this gives.
    pub(crate) async fn open(mut self, path: &str, headers: &str) -> io::Result<(u16, TcpStream, Vec<u8>)> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.host);
        self.stream.write_all(request.as_bytes()).await?;
        let status = self.head().await?.status;
        Ok((status, self.stream, self.received))
    }

    async fn head(&mut self) -> io::Result<Head> {
        loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = Head::parse(&self.received[..end]).ok_or(ErrorKind::InvalidData)?;
                self.received.drain(..end + 4);
                return Ok(head);
            }
            if self.received.len() > MAX_HEAD_BYTES {
                return Err(ErrorKind::InvalidData.into());
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

struct Head {
    status: u16,
    length: Option<usize>,
}

impl Head {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(bytes).ok()?.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok());
        Some(Self { status, length })
    }
}
