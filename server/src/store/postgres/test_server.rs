//! A PostgreSQL of the tests' own: started for a run, ended with it, and in it a database for each test.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

use super::{PostgresStore, Role};
use crate::{randomness::test::CountedRandomness, store::Store};

/// Names the folder with PostgreSQL's programs.
const PROGRAMS: &str = "BELL_POSTGRES";
/// Where this is set, PostgreSQL has to be there; elsewhere its tests are left out without it, and that is said.
const REQUIRED: &str = "CI";

/// It starts one, and ends it when its input ends.
const SCRIPT: &str = include_str!("../../../../tests/postgres.sh");

/// More than a test does at once.
pub(super) const SERVER_ROLE: Role = Role::Server { connections: 16 };

struct Server {
    folder: PathBuf,
    databases: AtomicU64,
    /// Its input is what the server lives by.
    _process: Child,
}

static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();

/// A database of a test's own.
pub(super) struct Database {
    pub(super) address: String,
    name: String,
    server: &'static Server,
}

impl Database {
    /// An empty one, with its tables. `None` where there is no PostgreSQL.
    pub(super) async fn new() -> Option<Self> {
        let server = SERVER.get_or_init(Server::start).await.as_ref()?;
        let name = format!("test_{}", server.databases.fetch_add(1, Ordering::Relaxed));
        server.run(&format!("CREATE DATABASE {name} TEMPLATE bell")).await;
        Some(Self { address: server.address(&name), name, server })
    }

    pub(super) async fn open(&self) -> PostgresStore {
        open(&self.address, SERVER_ROLE).await
    }

    /// A connection of the test's own to it.
    pub(super) async fn connect(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.address, NoTls).await.unwrap();
        // It ends with the client, or is ended by a test.
        tokio::spawn(connection);
        client
    }

    /// Ends everybody's connections to it.
    pub(super) async fn cut_connections(&self) {
        let name = &self.name;
        let sql =
            format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
        self.server.run(&sql).await;
    }

    /// Removes all that is in it, also the tables.
    pub(super) async fn empty(&self) {
        self.server.run_in(&self.name, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    }

    /// Removes it, with whoever is still there.
    pub(super) async fn remove(self) {
        self.server.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

pub(super) async fn open(address: &str, role: Role) -> PostgresStore {
    PostgresStore::open(address, role, &CountedRandomness::default(), Box::new(|_, _| ())).await.unwrap()
}

impl Server {
    async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "there is no PostgreSQL: name its folder in {PROGRAMS}"
            );
            eprintln!(
                "left out, because there is no PostgreSQL: install it, or name its folder in {PROGRAMS}"
            );
            return None;
        };
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("sh").arg(&programs).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut folder = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut folder).unwrap();
        assert!(!folder.is_empty(), "PostgreSQL does not start");
        let folder = PathBuf::from(folder.trim_end());
        let server = Self { folder, databases: AtomicU64::new(0), _process: process };
        server.run_in("postgres", "CREATE DATABASE bell").await;
        open(&server.address("bell"), Role::Command).await.close().await;
        Some(server)
    }

    fn address(&self, database: &str) -> String {
        format!("host={} user=bell dbname={database}", self.folder.display())
    }

    async fn run(&self, sql: &str) {
        self.run_in("postgres", sql).await;
    }

    async fn run_in(&self, database: &str, sql: &str) {
        let (client, connection) = tokio_postgres::connect(&self.address(database), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }
}

/// The folder with PostgreSQL's programs: the one that is named, or Debian's newest.
fn programs() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(PROGRAMS) {
        let named = PathBuf::from(named);
        assert!(named.join("initdb").is_file(), "{PROGRAMS} ({}) has no initdb", named.display());
        return Some(named);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|folder| version(folder))?;
    Some(newest.join("bin")).filter(|programs| programs.join("initdb").is_file())
}

/// What a test of every database works on.
pub(super) async fn bench(database: &Database) -> crate::store::conformance::Bench {
    crate::store::conformance::Bench::new(Arc::new(database.open().await)).await
}
