//! Durable sends to single users: how many a second, and how long each takes at a given rate.

mod connection;
mod load;
mod machine;
mod report;
mod request;

use std::{
    error::Error,
    fs,
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use notification_bell_tests::{Installation, Project, Server};

use self::{
    load::{Measured, Target},
    report::{Flood, Rate, Report},
    request::Request,
};
use crate::{latencies::Latencies, nchan::Nchan};

const CREATED: u16 = 201;
/// nchan says this of a message that nobody waits for.
const ACCEPTED: u16 = 202;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Connections at once, each of which sends when it has been answered; several numbers are measured one after the other
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    connections: Vec<u64>,
    /// How long each is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Sends a second on a schedule, for how long an answer takes; 0 leaves it out
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    rate: u64,
    /// Users that are sent to in turn
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=999_999_999))]
    users: u64,
    /// Send each under an idempotency key of its own
    #[arg(long)]
    named: bool,
    /// Use the database that `inboxes` left in this folder
    #[arg(long, conflicts_with = "server")]
    folder: Option<PathBuf>,
    /// Measure this server (host and port, plain HTTP): real notifications to users called `user-000000000` and so on, which
    /// its quotas have to allow (`BELL_LIMITS=off`)
    #[arg(long, requires = "key")]
    server: Option<String>,
    /// A backend's API key of that server
    #[arg(long, env = "BELL_BENCH_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and prints what came of it.
///
/// # Errors
/// If a server cannot be reached, or does not accept what is sent.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let own = if arguments.server.is_none() { Some(started(&arguments).await?) } else { None };
    let (address, key) = match (&own, &arguments.server) {
        (Some(server), _) => (server.api().address(), server.project().backend_key.clone()),
        (None, named) => {
            let named = named.as_deref().unwrap_or_default();
            let host = named.trim_start_matches("http://").trim_end_matches('/');
            let address = host.to_socket_addrs()?.next().ok_or("the server has no address")?;
            (address, arguments.key.clone().unwrap_or_default())
        }
    };
    let report = measure(&arguments, own.as_ref(), address, &key).await?;
    report.print(arguments.json);
    if let Some(mut server) = own {
        server.stop().await;
    }
    Ok(())
}

async fn started(arguments: &Arguments) -> Result<Server, Box<dyn Error>> {
    let Some(folder) = &arguments.folder else { return Ok(Server::start().await) };
    let project =
        Project::from_json(&serde_json::from_str(&fs::read_to_string(folder.join("project.json"))?)?);
    Ok(Server::builder().installation(Installation::within(folder), vec![project]).start().await)
}

async fn measure(
    arguments: &Arguments,
    own: Option<&Server>,
    address: SocketAddr,
    key: &str,
) -> Result<Report, Box<dyn Error>> {
    let lasting = Duration::from_secs(arguments.seconds);
    // Of this run alone: the keys of an earlier one would have its sends answered without being stored.
    let word = format!("bench-{:x}", std::process::id());
    let mut target = Target {
        address,
        request: Request::send(address, key, arguments.named.then_some(word.as_str())),
        users: arguments.users,
        is_named: arguments.named,
        accepted: CREATED,
        first: 0,
    };
    let process = own.and_then(Server::process_id);
    let folder = own.map(|server| server.installation().path());
    let disk = folder.map(machine::sync_times).transpose()?.map(Latencies::of);
    let mut report = Report { disk, ..Report::default() };
    for &connections in &arguments.connections {
        report.floods.push(flood(&mut target, connections, lasting, process).await?);
    }
    if arguments.rate > 0 {
        report.rate = Some(at_rate(&mut target, arguments.rate, lasting, process).await?);
    }
    if let Some(nchan) = Nchan::start().await? {
        let request = Request::publish(nchan.address);
        let (address, process) = (nchan.address, nchan.process_id());
        let mut target = Target { address, request, is_named: false, accepted: ACCEPTED, ..target };
        for &connections in &arguments.connections {
            report.nchan.push(flood(&mut target, connections, lasting, process).await?);
        }
        if arguments.rate > 0 {
            report.nchan_rate = Some(at_rate(&mut target, arguments.rate, lasting, process).await?);
        }
    }
    Ok(report)
}

async fn flood(
    target: &mut Target,
    connections: u64,
    lasting: Duration,
    process: Option<u32>,
) -> Result<Flood, Box<dyn Error>> {
    let before = process.and_then(machine::processor_time);
    let measured = load::flood(target, connections, lasting).await?;
    let processor_us = spent(process, before, &measured);
    target.first += number(&measured);
    Ok(Flood {
        connections,
        per_second: measured.per_second(),
        processor_us,
        latencies: latencies(measured)?,
    })
}

async fn at_rate(
    target: &mut Target,
    rate: u64,
    lasting: Duration,
    process: Option<u32>,
) -> Result<Rate, Box<dyn Error>> {
    /// So many that hardly one of them is still waiting for an answer when its next turn comes.
    const CONNECTIONS: u64 = 256;
    let before = process.and_then(machine::processor_time);
    let measured = load::at_rate(target, CONNECTIONS, rate, lasting).await?;
    let processor_us = spent(process, before, &measured);
    target.first += number(&measured);
    Ok(Rate { asked: rate, per_second: measured.per_second(), processor_us, latencies: latencies(measured)? })
}

/// How long the server was on a processor for each.
fn spent(process: Option<u32>, before: Option<Duration>, measured: &Measured) -> Option<u64> {
    let spent = process.and_then(machine::processor_time)?.checked_sub(before?)?;
    Some(u64::try_from(spent.as_micros()).unwrap_or(u64::MAX) / number(measured).max(1))
}

fn number(measured: &Measured) -> u64 {
    u64::try_from(measured.times.len()).unwrap_or(u64::MAX)
}

fn latencies(measured: Measured) -> Result<Latencies, Box<dyn Error>> {
    if measured.times.is_empty() {
        Err("nothing was answered in time".into())
    } else {
        Ok(Latencies::of(measured.times))
    }
}
