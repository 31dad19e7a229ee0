//! A bare TCP connection, for requests that no HTTP client would send.

use std::{net::SocketAddr, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::{ANSWER_LIMIT, Reply, within};

/// The least that a system may let wait for a reader who does not read.
const SMALL_BUFFER_BYTES: u32 = 4_096;

/// One connection to the server.
#[derive(Debug)]
pub struct RawConnection(TcpStream);

impl RawConnection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let connecting = within(ANSWER_LIMIT, "connecting", TcpStream::connect(address));
        Self(connecting.await.expect("the server accepts connections"))
    }

    /// Connects as a client whose system takes hardly anything that is not read.
    pub async fn open_small(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("there are sockets");
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES).expect("a small buffer is allowed");
        Self(within(ANSWER_LIMIT, "connecting", socket.connect(address)).await.expect("it is accepted"))
    }

    /// Closes this half: the server may still send.
    pub async fn close_half(&mut self) {
        self.0.shutdown().await.expect("the connection is open");
    }

    /// Everything the server sends up to and with this text.
    pub async fn received_up_to(&mut self, end: &str) -> String {
        let mut received = Vec::new();
        within(ANSWER_LIMIT, format!("receiving {end:?}"), async {
            while !received.ends_with(end.as_bytes()) {
                let byte = self.0.read_u8().await;
                received.push(byte.unwrap_or_else(|error| {
                    panic!("{error} after {:?}", String::from_utf8_lossy(&received));
                }));
            }
        })
        .await;
        String::from_utf8(received).expect("what is sent is UTF-8")
    }

    /// The next bytes that the server sends.
    pub async fn received_bytes(&mut self, number: usize) -> Vec<u8> {
        let mut received = vec![0; number];
        within(ANSWER_LIMIT, "receiving", self.0.read_exact(&mut received)).await.expect("all of it comes");
        received
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // A server that has already refused may have closed its end; what it answered is still to be read.
        let _ = within(ANSWER_LIMIT, "sending", self.0.write_all(bytes.as_ref())).await;
    }

    /// Waits until the server asks for the body of a request that expects to be asked (RFC 9110, section 10.1.1).
    pub async fn asked_for_the_body(&mut self) {
        const ASKED: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut received = [0; ASKED.len()];
        let reading = within(ANSWER_LIMIT, "being asked for the body", self.0.read_exact(&mut received));
        reading.await.expect("the server answers");
        assert_eq!(String::from_utf8_lossy(&received), String::from_utf8_lossy(ASKED));
    }

    /// Everything the server sends until it closes the connection, which it has to do within `limit`.
    pub async fn closed_within(&mut self, limit: Duration) -> Vec<u8> {
        let mut received = Vec::new();
        // An abrupt end (a reset) is an end as well.
        let _ = within(limit, "closing the connection", self.0.read_to_end(&mut received)).await;
        received
    }

    /// One answer, after which the server has to close the connection within `limit`.
    pub async fn last_reply(&mut self, limit: Duration) -> Reply {
        let received = self.closed_within(limit).await;
        let head_end = received.windows(4).position(|four| four == b"\r\n\r\n");
        let head_end =
            head_end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&received)));
        let head = std::str::from_utf8(&received[..head_end]).expect("a head is ASCII");
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let name: HeaderName = name.parse().expect("a header has a name");
            headers.append(name, HeaderValue::from_str(value.trim()).expect("a header has a value"));
        }
        let body = received[head_end + 4..].to_vec();
        Reply { status: status.expect("an answer has a status"), headers, body }
    }
}
