//! Servers that share what is kept, and what they say of themselves.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        LazyLock,
        atomic::{AtomicU8, Ordering},
    },
};

use notification_bell_tests::{
    ANSWER_LIMIT, Installation, Postgres, Project, Redis, Reply, Server, eventually,
};
use reqwest::Method;
use serde_json::{Value, json};

/// The one for all tests but those that pause it.
static POSTGRES: LazyLock<Postgres> = LazyLock::new(Postgres::start);
static NEXT_ADDRESS: AtomicU8 = AtomicU8::new(1);

/// Servers on a database and a Redis of their own, which hear each other. The first one owns the database.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Server>,
    pub(crate) redis: Redis,
}

impl Cluster {
    pub(crate) async fn start(number: usize) -> Self {
        Self::on(&POSTGRES, number).await
    }

    pub(crate) async fn on(postgres: &Postgres, number: usize) -> Self {
        Self::with(postgres, &vec![&[][..]; number]).await
    }

    /// With limits, which are off otherwise.
    pub(crate) async fn limited(number: usize) -> Self {
        Self::with(&POSTGRES, &vec![&[("BELL_LIMITS", "on")][..]; number]).await
    }

    /// A server for each of these settings. What one does not say is as at the first.
    pub(crate) async fn of(each: &[&[(&str, &str)]]) -> Self {
        Self::with(&POSTGRES, each).await
    }

    async fn with(postgres: &Postgres, each: &[&[(&str, &str)]]) -> Self {
        let redis = Redis::start().await;
        let mut nodes = vec![first(postgres, &redis.url(), each[0]).await];
        for settings in &each[1..] {
            let mut installation = nodes[0].installation().beside().unwrap();
            settings.iter().for_each(|(name, value)| installation.set(name, value));
            nodes.push(beside(installation, nodes[0].projects().to_vec(), address()).await);
        }
        let cluster = Self { nodes, redis };
        cluster.connected().await;
        cluster
    }

    /// The first two.
    pub(crate) fn pair(&self) -> (&Server, &Server) {
        (&self.nodes[0], &self.nodes[1])
    }

    /// Waits until all hear each other.
    pub(crate) async fn connected(&self) {
        for node in &self.nodes {
            connected(node).await;
        }
    }

    /// Waits until all have noticed that they do not.
    pub(crate) async fn degraded(&self) {
        for node in &self.nodes {
            degraded(node).await;
        }
    }
}

/// A server on a database of its own.
pub(crate) async fn alone(bus: &str) -> Server {
    first(&POSTGRES, bus, &[]).await
}

async fn first(postgres: &Postgres, bus: &str, settings: &[(&str, &str)]) -> Server {
    let mut installation = Installation::on(postgres.database());
    installation.set("BELL_BUS", bus);
    installation.set("BELL_DRAIN_SECONDS", "1");
    installation.set("BELL_OUTBOUND_ALLOW", "127.0.0.1");
    for (name, value) in settings {
        installation.set(name, value);
    }
    Server::builder().installation(installation, Vec::new()).listening_at(address()).start().await
}

/// Another server on the same database.
pub(crate) async fn beside(installation: Installation, projects: Vec<Project>, address: IpAddr) -> Server {
    Server::builder().installation(installation, projects).listening_at(address).start().await
}

/// One of loopback's that nobody else uses, so that a port is still free there when its server comes back.
pub(crate) fn address() -> IpAddr {
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 64 | high & 63, low, NEXT_ADDRESS.fetch_add(1, Ordering::Relaxed)).into()
}

/// What it answers to whoever asks whether it is ready: 200 in any case.
pub(crate) async fn readiness(server: &Server) -> Value {
    Reply::to(server.api().request(Method::GET, "/readyz")).await.expect(200)
}

pub(crate) async fn connected(server: &Server) {
    becomes(server, &json!({"status": "ready", "bus": "connected"})).await;
}

pub(crate) async fn degraded(server: &Server) {
    becomes(server, &json!({"status": "degraded", "bus": "unreachable"})).await;
}

async fn becomes(server: &Server, wanted: &Value) {
    eventually(ANSWER_LIMIT, format!("a server that says {wanted}"), async || {
        let reply = Reply::attempt(server.api().request(Method::GET, "/readyz")).await.ok()?;
        (reply.status == 200 && reply.json() == *wanted).then_some(())
    })
    .await;
}

/// A counter or a gauge.
pub(crate) async fn metric(server: &Server, name: &str) -> u64 {
    let reply = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    let line = reply.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("there is no {name}")).parse().unwrap()
}
