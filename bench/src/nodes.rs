//! Several servers on one PostgreSQL and one Redis of their own: how many sends they take together, what a send costs each
//! part of it, and how what is sent at one reaches the streams at another.

use std::{error::Error, time::Duration};

use clap::Args;
use futures_util::future::try_join_all;
use notification_bell_tests::{Installation, Postgres, Redis, Server};
use tokio::sync::mpsc::unbounded_channel;

use crate::{
    progress,
    report::{Report, Unit, whole},
    sends::{
        load::{self, Measured, Target},
        machine::processor_time,
        request::{LONG, Request},
    },
    streams::{
        crowd::Crowd,
        singles::{reader_of, send_singles},
        target::{Bell, To},
    },
};

const CREATED: u16 = 201;
const USERS: u64 = 10_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Servers at a time; several numbers are measured one after the other
    #[arg(long, value_delimiter = ',', default_value = "1,2,3", value_parser = clap::value_parser!(u64).range(1..=9))]
    nodes: Vec<u64>,
    /// Connections of all servers together, each of which sends when it has been answered
    #[arg(long, default_value_t = 96, value_parser = clap::value_parser!(u64).range(9..=10_000))]
    connections: u64,
    /// How long each is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Streams at the last server, to which is sent at the first
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    streams: u32,
    /// How many of those sends there are a second
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and prints what came of it.
///
/// # Errors
/// If something cannot be started, or does not do what is asked of it.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let setting = format!(
        "on a PostgreSQL that waits for its disk, with a Redis beside; {} connections, {} s each",
        arguments.connections, arguments.seconds
    );
    let mut report = Report::new("nodes", setting);
    for &number in &arguments.nodes {
        progress::say(&format!("{number} servers"));
        let cluster = Cluster::start(number).await;
        measure_sends(&cluster, &arguments, &mut report).await?;
        if number > 1 {
            measure_wakes(&cluster, &arguments, &mut report).await?;
        }
    }
    report.print(arguments.json);
    Ok(())
}

/// Servers that hear each other, and what they share.
struct Cluster {
    nodes: Vec<Server>,
    redis: Redis,
    postgres: Postgres,
}

/// How long each part has been on a processor.
#[derive(Clone, Copy)]
struct Spent {
    servers: Duration,
    postgres: Duration,
    redis: Duration,
}

impl Cluster {
    async fn start(number: u64) -> Self {
        let (postgres, redis) = (Postgres::start_durable(), Redis::start().await);
        let mut installation = Installation::on(postgres.database());
        installation.set("BELL_BUS", &redis.url());
        let mut nodes = vec![Server::builder().installation(installation, Vec::new()).start().await];
        for _ in 1..number {
            if let Some(installation) = nodes[0].installation().beside() {
                let projects = nodes[0].projects().to_vec();
                nodes.push(Server::builder().installation(installation, projects).start().await);
            }
        }
        Self { nodes, redis, postgres }
    }

    fn spent(&self) -> Spent {
        let of = |processes: &[u32]| processes.iter().filter_map(|id| processor_time(*id)).sum();
        let servers: Vec<u32> = self.nodes.iter().filter_map(Server::process_id).collect();
        Spent {
            servers: of(&servers),
            postgres: of(&self.postgres.processes()),
            redis: of(&[self.redis.process_id()]),
        }
    }
}

/// As many sends as are answered, at all servers alike.
async fn measure_sends(
    cluster: &Cluster,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let number = cluster.nodes.len();
    let connections = arguments.connections / number as u64;
    let lasting = Duration::from_secs(arguments.seconds);
    let targets: Vec<Target> = cluster.nodes.iter().map(target).collect();
    let before = cluster.spent();
    let measured =
        try_join_all(targets.iter().map(|target| load::flood(target, connections, lasting))).await?;
    let after = cluster.spent();
    let took = measured.iter().map(|measured| measured.took).max().unwrap_or(lasting);
    let sends = whole(measured.iter().map(|Measured { times, .. }| times.len()).sum());
    let servers = if number == 1 { "one server".to_owned() } else { format!("{number} servers") };
    report.add(format!("durable sends a second to {servers}"), sends / took.as_secs_f64(), Unit::PerSecond);
    let parts = [
        ("the servers", after.servers.saturating_sub(before.servers)),
        ("PostgreSQL", after.postgres.saturating_sub(before.postgres)),
        ("Redis", after.redis.saturating_sub(before.redis)),
    ];
    for (part, spent) in parts {
        let us = spent.as_secs_f64() * 1_000_000.0 / sends;
        report.add(format!("processor time of {part} for one of them"), us, Unit::Microseconds);
    }
    Ok(())
}

/// Sends at the first server, each to a stream at the last.
async fn measure_wakes(
    cluster: &Cluster,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let (Some(first), Some(last)) = (cluster.nodes.first(), cluster.nodes.last()) else { return Ok(()) };
    let project = first.project().clone();
    let here = Bell { host: first.api().address(), project: project.clone() };
    let there = Bell { host: last.api().address(), project };
    let (sender, mut arrivals) = unbounded_channel();
    let requests = there.requests(0..arguments.streams as usize).await?;
    let crowd = Crowd::open(there.host, requests, true, &sender).await;
    let process = last.process_id();
    let before = process.and_then(processor_time);
    let singles = send_singles(here.host, arguments.rate as usize, &mut arrivals, async |wire, number| {
        here.send(wire, To::One(reader_of(number, crowd.len())), number, "For one").await
    })
    .await?;
    let spent =
        process.and_then(processor_time).zip(before).and_then(|(now, before)| now.checked_sub(before));
    let nodes = cluster.nodes.len();
    report.add_times(
        format!("from answer to a stream at another of {nodes} servers, at {} sends/s", arguments.rate),
        singles.arriving,
    );
    if let Some(spent) = spent {
        let us = spent.as_secs_f64() * 1_000_000.0 / whole(singles.number);
        report.add("processor time of that server for each", us, Unit::Microseconds);
    }
    crowd.close();
    Ok(())
}

fn target(node: &Server) -> Target {
    let address = node.api().address();
    Target {
        address,
        request: Request::send(address, &node.project().backend_key, None, LONG),
        users: USERS,
        first_user: 0,
        is_named: false,
        accepted: CREATED,
        first: 0,
    }
}
