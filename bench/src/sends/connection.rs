//! One kept connection, and the least of HTTP/1.1 that asks and understands an answer.
//!
//! Written here because client and server share a machine: an HTTP client takes as much of it as the server does, and
//! would be what is measured.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const HEAD_END: &[u8] = b"\r\n\r\n";
/// Answers to sends are a few hundred bytes.
const BUFFER: usize = 4 * 1_024;

/// A connection on which one request follows the other.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER) })
    }

    /// Sends a request and reads its whole answer; gives its status.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((status, length)) = answer(&self.buffer)?
                && self.buffer.len() >= length
            {
                return Ok(status);
            }
        }
    }

    /// What the last answer was, for saying what was wrong.
    pub(super) fn last_answer(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }
}

/// The status of an answer and its length with head and body; `None` if its head has not come whole yet.
fn answer(received: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let Some(end) = received.windows(HEAD_END.len()).position(|four| four == HEAD_END) else {
        return Ok(None);
    };
    let strange = || io::Error::new(io::ErrorKind::InvalidData, "an answer cannot be read");
    let head = std::str::from_utf8(&received[..end]).map_err(|_| strange())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok());
    let (Some(status), Some(length)) = (status, length) else { return Err(strange()) };
    Ok(Some((status, end + HEAD_END.len() + length)))
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn an_answer_is_as_long_as_its_head_says() {
        let text = b"HTTP/1.1 201 Created\r\ncontent-Length: 2\r\n\r\n{}";
        assert_eq!(answer(text).unwrap(), Some((201, text.len())));
        assert_eq!(answer(&text[..40]).unwrap(), None);
        assert!(answer(b"HTTP/1.1 201 Created\r\n\r\n").is_err());
    }
}
