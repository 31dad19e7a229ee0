//! A stream's own socket, without an HTTP library and its buffers: those were 95 % of the memory of a quiet stream.
//!
//! It begins behind the head of the answer, which the library has written. Frames are chunks (RFC 9112, section 7.1),
//! as that head says, or bare bytes up to the end of the connection for a client of HTTP/1.0. Nothing is kept for a
//! client, but for the rest of one frame while it does not read.

use std::{
    future::poll_fn,
    io::{self, IoSlice},
    pin::pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

use super::{
    outlet::{Gone, Outlet},
    stream::WRITE_TIMEOUT,
};

/// So much of what was not yet sent may wait in the system's buffer, which would else grow to megabytes for a client
/// that does not read.
#[cfg(target_os = "linux")]
const MAX_UNSENT_BYTES: u32 = 64 * 1_024;
/// What a client sends on a stream means nothing. Some of it is passed over: a request that came too early.
const MAX_PASSED_OVER_BYTES: usize = 64 * 1_024;
const LINE_END: &[u8] = b"\r\n";
/// The chunk that says that there are no more (RFC 9112, section 7.1).
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
/// The length of a frame in hexadecimal digits, and the end of its line.
const MAX_CHUNK_HEAD_BYTES: usize = 10;

/// A connection that has become a stream.
pub struct Socket {
    stream: TcpStream,
    is_chunked: bool,
    passed_over_bytes: usize,
    /// All of the last frame has been written.
    is_whole: bool,
    /// What has to follow the rest of the last frame.
    owed_end: &'static [u8],
}

impl Socket {
    /// The connection that the head of the answer was written to; whether that announced chunks.
    #[must_use]
    pub fn new(stream: TcpStream, is_chunked: bool) -> Self {
        #[cfg(target_os = "linux")]
        // Should the system refuse, it keeps more.
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES);
        Self { stream, is_chunked, passed_over_bytes: 0, is_whole: true, owed_end: &[] }
    }

    /// Whether there is no more to be read: the client has gone. One that has only closed its own half is told apart
    /// by nothing, and no browser does that.
    fn poll_gone(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if ready!(self.stream.poll_read_ready(context)).is_err() || self.pass_over().is_err() {
                return Poll::Ready(());
            }
        }
    }

    /// Reads what came, up to all of it.
    fn pass_over(&mut self) -> Result<(), Gone> {
        let mut nowhere = [0; 512];
        loop {
            match self.stream.try_read(&mut nowhere) {
                Ok(0) => return Err(Gone),
                Ok(length) => {
                    self.passed_over_bytes += length;
                    if self.passed_over_bytes > MAX_PASSED_OVER_BYTES {
                        return Err(Gone);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(Gone),
            }
        }
    }
}

impl Outlet for Socket {
    fn try_write(&mut self, frame: &Bytes) -> Result<Option<Bytes>, Gone> {
        if !self.is_whole {
            // Nothing can follow half a frame.
            return Err(Gone);
        }
        let mut head = [0; MAX_CHUNK_HEAD_BYTES];
        let (head, end) =
            if self.is_chunked { (chunk_head(frame.len(), &mut head), LINE_END) } else { (&[][..], &[][..]) };
        let parts = [IoSlice::new(head), IoSlice::new(frame), IoSlice::new(end)];
        let written = match self.stream.try_write_vectored(&parts) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => return Err(Gone),
        };
        if written == head.len() + frame.len() + end.len() {
            return Ok(None);
        }
        self.is_whole = false;
        let Some(of_rest) = written.checked_sub(head.len()) else {
            self.owed_end = end;
            return Ok(Some([&head[written..], frame].concat().into()));
        };
        // A part of the frame, and not a copy: many who do not read may share it.
        let of_frame = of_rest.min(frame.len());
        self.owed_end = &end[of_rest - of_frame..];
        Ok(Some(frame.slice(of_frame..)))
    }

    async fn write_rest(&mut self, mut rest: Bytes) -> Result<(), Gone> {
        let mut silence = pin!(sleep(WRITE_TIMEOUT));
        while !(rest.is_empty() && self.owed_end.is_empty()) {
            // One that has gone may never become writable: its end has to be seen too.
            poll_fn(|context| {
                if self.poll_gone(context).is_ready() || silence.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(Gone));
                }
                self.stream.poll_write_ready(context).map_err(|_| Gone)
            })
            .await?;
            let parts = [IoSlice::new(&rest), IoSlice::new(self.owed_end)];
            match self.stream.try_write_vectored(&parts) {
                Ok(0) => return Err(Gone),
                Ok(written) => {
                    let of_rest = written.min(rest.len());
                    rest.advance(of_rest);
                    self.owed_end = &self.owed_end[written - of_rest..];
                    silence.as_mut().reset(Instant::now() + WRITE_TIMEOUT);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Err(Gone),
            }
        }
        self.is_whole = true;
        Ok(())
    }

    async fn gone(&mut self) {
        poll_fn(|context| self.poll_gone(context)).await;
    }

    fn finish(mut self) {
        if self.is_chunked && self.is_whole {
            // What is left unread would make the system throw away what was sent.
            let _ = self.pass_over();
            let _ = self.stream.try_write(LAST_CHUNK);
        }
    }
}

/// The line before a chunk.
fn chunk_head(length: usize, line: &mut [u8; MAX_CHUNK_HEAD_BYTES]) -> &[u8] {
    let mut left: &mut [u8] = line;
    // A frame is far shorter than what eight digits can say.
    let _ = io::Write::write_fmt(&mut left, format_args!("{length:x}\r\n"));
    let unused = left.len();
    &line[..MAX_CHUNK_HEAD_BYTES - unused]
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpSocket, TcpStream},
        task::spawn_blocking,
        time::{Instant, advance},
    };

    use super::{Outlet, Socket, WRITE_TIMEOUT, chunk_head};
    use crate::hub::outlet::Gone;

    /// More than the buffers of both ends take.
    const LARGE: usize = 8 * 1_024 * 1_024;

    async fn connected(is_chunked: bool) -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(4_096).unwrap();
        let client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        (Socket::new(stream, is_chunked), client)
    }

    fn large_frame() -> Bytes {
        (0..LARGE).map(|index| b'a' + u8::try_from(index % 23).unwrap()).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_chunk_says_its_length() {
        for (length, line) in [(0, "0\r\n"), (9, "9\r\n"), (255, "ff\r\n"), (0xffff_ffff, "ffffffff\r\n")] {
            assert_eq!(chunk_head(length, &mut [0; 10]), line.as_bytes());
        }
    }

    #[tokio::test]
    async fn frames_are_chunks_up_to_the_last_one_or_bare_bytes() {
        for (is_chunked, expected) in
            [(true, "4\r\n:\n\nx\r\n3\r\n:\n\n\r\n0\r\n\r\n"), (false, ":\n\nx:\n\n")]
        {
            let (mut socket, mut client) = connected(is_chunked).await;
            assert_eq!(socket.try_write(&Bytes::from_static(b":\n\nx")), Ok(None));
            assert_eq!(socket.try_write(&Bytes::from_static(b":\n\n")), Ok(None));
            socket.finish();
            let mut received = String::new();
            client.read_to_string(&mut received).await.unwrap();
            assert_eq!(received, expected);
        }
    }

    #[tokio::test]
    async fn what_there_was_no_room_for_follows_when_there_is() {
        let (mut socket, mut client) = connected(true).await;
        let frame = large_frame();
        let rest = socket.try_write(&frame).unwrap().expect("it does not fit");
        assert!(rest.len() < frame.len());
        assert_eq!(socket.try_write(&frame), Err(Gone), "nothing goes into the middle of a frame");
        let mut received = vec![0; format!("{LARGE:x}").len() + LARGE + 4];
        let (written, read) = tokio::join!(socket.write_rest(rest), client.read_exact(&mut received));
        assert_eq!(written, Ok(()));
        read.unwrap();
        assert!(received == [format!("{LARGE:x}\r\n").as_bytes(), &frame, b"\r\n"].concat());
        assert_eq!(socket.try_write(&Bytes::from_static(b"next")), Ok(None));
    }

    #[tokio::test]
    async fn half_a_frame_is_not_followed_by_an_end() {
        let (mut socket, mut client) = connected(true).await;
        let rest = socket.try_write(&large_frame()).unwrap().expect("it does not fit");
        socket.finish();
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        assert!(received.len() < LARGE && !received.ends_with(b"0\r\n\r\n"));
        drop(rest);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_gone() {
        let (mut socket, _client) = connected(true).await;
        let rest = socket.try_write(&large_frame()).unwrap().expect("it does not fit");
        let began = Instant::now();
        assert_eq!(socket.write_rest(rest).await, Err(Gone));
        assert!((WRITE_TIMEOUT..2 * WRITE_TIMEOUT).contains(&began.elapsed()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_slow_is_not_gone() {
        let (mut socket, mut client) = connected(true).await;
        let rest = socket.try_write(&large_frame()).unwrap().expect("it does not fit");
        // As long as a thread is at work, time does not pass by itself.
        let (done, waits) = std::sync::mpsc::channel::<()>();
        let thread = spawn_blocking(move || waits.recv().unwrap_err());
        let reading = async move {
            let mut part = vec![0; LARGE / 16];
            for _ in 0..16 {
                advance(WRITE_TIMEOUT / 2).await;
                client.read_exact(&mut part).await.unwrap();
            }
            client
        };
        let (written, _client) = tokio::join!(socket.write_rest(rest), reading);
        assert_eq!(written, Ok(()));
        drop(done);
        thread.await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_is_gone_also_while_it_does_not_read() {
        let (mut socket, client) = connected(true).await;
        let rest = socket.try_write(&large_frame()).unwrap().expect("it does not fit");
        drop(client);
        assert_eq!(socket.write_rest(rest).await, Err(Gone));
        let (mut socket, mut client) = connected(true).await;
        client.shutdown().await.unwrap();
        socket.gone().await;
    }
}
