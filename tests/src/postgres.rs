//! `PostgreSQL`, and databases in it: one that is running, for running these tests on it, or one of a test's own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::process::{Pid, Signal, kill_process};

/// Names the folder with PostgreSQL's programs; without it, they are on the search path.
const PROGRAMS: &str = "BELL_POSTGRES";
/// Names the folder of the socket of a PostgreSQL in which the user `bell` may make databases. Without it, each
/// installation has a file.
const SOCKET: &str = "BELL_TEST_POSTGRES";
/// It starts one, and ends it when its input ends.
const SCRIPT: &str = include_str!("../postgres.sh");

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A database of its own. Gone when dropped.
#[derive(Debug)]
pub struct Database {
    socket: String,
    name: String,
}

impl Database {
    /// An empty one, if these tests are to run on PostgreSQL.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self::at(env::var(SOCKET).ok()?))
    }

    fn at(socket: String) -> Self {
        let name = format!("api_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let database = Self { socket, name };
        assert!(database.run("createdb", &[]), "no database can be made at {}", database.socket);
        database
    }

    /// What the server is told.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres://bell@{}/{}", self.socket.replace('/', "%2F"), self.name)
    }

    /// The same over TCP, where somebody passes on what comes to this address.
    #[must_use]
    pub fn address_by(&self, relay: std::net::SocketAddr) -> String {
        format!("postgres://bell@{relay}/{}?sslmode=disable", self.name)
    }

    /// Runs a statement about it, in which `{}` is its name, from outside; gives the only value that is answered.
    #[must_use]
    pub fn administer(&self, statement: &str) -> String {
        self.ask("postgres", &statement.replace("{}", &self.name))
    }

    /// Runs a statement in it.
    #[must_use]
    pub fn administer_within(&self, statement: &str) -> String {
        self.ask(&self.name, statement)
    }

    fn ask(&self, database: &str, statement: &str) -> String {
        let options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement];
        let output = self.program("psql").args(options).arg(database).output().expect("psql can be run");
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn run(&self, program: &str, options: &[&str]) -> bool {
        self.program(program).args(options).arg(&self.name).status().is_ok_and(|status| status.success())
    }

    fn program(&self, name: &str) -> Command {
        let program =
            env::var_os(PROGRAMS).map_or_else(|| name.into(), |folder| Path::new(&folder).join(name));
        let mut command = Command::new(program);
        command.args(["--host", &self.socket, "--username", "bell"]);
        command
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What still uses it is ended. One that stays is in nobody's way.
        self.run("dropdb", &["--force"]);
    }
}

/// A running PostgreSQL, to be paused. Gone when dropped, and when the tests are gone.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    /// Its input is what it lives by.
    process: Child,
}

impl Postgres {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as("quick")
    }

    /// Starts one that waits for its disk, as one in use does.
    #[must_use]
    pub fn start_durable() -> Self {
        Self::start_as("durable")
    }

    fn start_as(kind: &str) -> Self {
        let programs = env::var_os(PROGRAMS).expect(
            "these tests need PostgreSQL: install it (Debian: apt-get install postgresql), and name the folder with its \
             programs in BELL_POSTGRES",
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(programs)
            .arg(kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("there is a shell");
        let mut folder = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut folder)
            .expect("it says where it is");
        assert!(!folder.is_empty(), "PostgreSQL did not start");
        Self { folder: PathBuf::from(folder.trim_end()), process }
    }

    /// An empty database in it.
    #[must_use]
    pub fn database(&self) -> Database {
        Database::at(self.folder.display().to_string())
    }

    /// The file of its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Stops all of it in the middle of whatever it does (SIGSTOP): it is there and answers nobody.
    pub fn pause(&self) {
        let first = self.first();
        // It first, or it would make new ones.
        signal(first, Signal::STOP);
        for child in children(first) {
            signal(child, Signal::STOP);
        }
    }

    /// Has it go on (SIGCONT).
    pub fn resume(&self) {
        let first = self.first();
        for child in children(first) {
            signal(child, Signal::CONT);
        }
        signal(first, Signal::CONT);
    }

    /// The ids of all its processes.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let first = self.first();
        let all = children(first).into_iter().chain([first]);
        all.filter_map(|id| id.try_into().ok()).collect()
    }

    /// The process that has made all others.
    fn first(&self) -> i32 {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("PostgreSQL runs");
        file.lines().next().and_then(|line| line.parse().ok()).expect("the file begins with a number")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that is paused could not end.
        self.resume();
        drop(self.process.stdin.take());
        // However it ends, nothing more can be done about it.
        let _ = self.process.wait();
    }
}

/// One that has ended meanwhile needs no signal.
fn signal(process: i32, signal: Signal) {
    let _ = Pid::from_raw(process).map(|process| kill_process(process, signal));
}

fn children(of: i32) -> Vec<i32> {
    let processes = fs::read_dir("/proc").expect("this system says in /proc what runs");
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_child = |id: &i32| {
        // Behind the name, which is in brackets and may have anything in it: the state, and the parent.
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        parent == Some(of)
    };
    ids.filter(is_child).collect()
}
