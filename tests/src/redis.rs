//! A real Redis, to be paused and killed.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::Stdio,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use crate::{ANSWER_LIMIT, eventually, within};

const PASSWORD: &str = "a password";
/// Of those that a Redis has, not the first.
const DATABASE: &str = "3";

/// A running Redis with a folder, a port and a password of its own. Killed when dropped.
#[derive(Debug)]
pub struct Redis {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Redis {
    /// Starts one and waits until it answers.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
        loop {
            // It takes no port 0. Should somebody be quicker at this one, it ends, and another is taken.
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
            let port = free.expect("there is a free port").port();
            if let Some(process) = launch(&folder, port).await {
                return Self { folder, port, process };
            }
        }
    }

    /// Its address, as `BELL_BUS` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with(PASSWORD)
    }

    /// The same with another password.
    #[must_use]
    pub fn url_with(&self, password: &str) -> String {
        address((Ipv4Addr::LOCALHOST, self.port).into(), password)
    }

    /// Its address where somebody passes on what comes to this one.
    #[must_use]
    pub fn url_by(&self, relay: SocketAddr) -> String {
        address(relay, PASSWORD)
    }

    /// Its port on loopback.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    ///
    /// # Panics
    /// If it has ended.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// Stops it in the middle of whatever it does (SIGSTOP): it is there and answers nobody.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Has it go on (SIGCONT).
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Kills it on the spot, and waits for its end.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        within(ANSWER_LIMIT, "the end of Redis", self.process.wait())
            .await
            .expect("a child can be waited for");
    }

    /// Starts it again at the same port, with nothing in it.
    pub async fn restart(&mut self) {
        let started =
            eventually(ANSWER_LIMIT, "starting Redis again", async || launch(&self.folder, self.port).await);
        self.process = started.await;
    }

    /// One command, and the first line of its answer.
    pub async fn command(&self, words: &[&str]) -> String {
        ask(self.port, words).await.expect("Redis answers")
    }

    /// Everything that it answers to a command with a list of texts.
    pub async fn list(&self, words: &[&str]) -> Vec<String> {
        let mut stream = connect(self.port).await.expect("Redis answers");
        stream.write_all(&encode(&["SELECT", DATABASE])).await.expect("Redis reads");
        stream.write_all(&encode(words)).await.expect("Redis reads");
        stream.write_all(&encode(&["QUIT"])).await.expect("Redis reads");
        let mut answer = String::new();
        within(ANSWER_LIMIT, "an answer of Redis", stream.read_to_string(&mut answer))
            .await
            .expect("Redis answers");
        answer.lines().filter(|line| !line.starts_with(['*', '$', '+'])).map(str::to_owned).collect()
    }

    fn signal(&self, signal: Signal) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("Redis runs"), signal).expect("a child can be signalled");
    }
}

fn address(at: SocketAddr, password: &str) -> String {
    format!("redis://default:{}@{at}/{DATABASE}", password.replace(' ', "%20"))
}

/// Gives nothing if it ended, because somebody else has the port.
async fn launch(folder: &TempDir, port: u16) -> Option<Child> {
    let mut process = Command::new(program())
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD])
        .args(["--port", &port.to_string(), "--dir"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("these tests need redis-server: install it (Debian: apt-get install redis-server), or name it in BELL_REDIS_SERVER");
    eventually(ANSWER_LIMIT, "Redis", async || {
        if process.try_wait().expect("a child can be asked").is_some() {
            return Some(false);
        }
        ask(port, &["PING"]).await.filter(|answer| answer == "+PONG").map(|_| true)
    })
    .await
    .then_some(process)
}

/// `BELL_REDIS_SERVER`, else the one on the search path.
fn program() -> PathBuf {
    env::var_os("BELL_REDIS_SERVER").map_or_else(|| PathBuf::from("redis-server"), PathBuf::from)
}

async fn connect(port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    stream.write_all(&encode(&["AUTH", PASSWORD])).await.ok()?;
    Some(stream)
}

async fn ask(port: u16, words: &[&str]) -> Option<String> {
    let mut stream = connect(port).await?;
    stream.write_all(&encode(words)).await.ok()?;
    let mut lines = BufReader::new(stream).lines();
    let answers = async {
        // To the password first.
        lines.next_line().await.ok()??;
        lines.next_line().await.ok()?
    };
    within(ANSWER_LIMIT, "an answer of Redis", answers).await
}

/// A command in the protocol of Redis.
fn encode(words: &[&str]) -> Vec<u8> {
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        command.extend(["$", &word.len().to_string(), "\r\n", word, "\r\n"]);
    }
    command.into_bytes()
}
