//! Durable sends to single users: how many a second, and how long each takes at a given rate.

mod connection;
pub(crate) mod load;
pub(crate) mod machine;
pub(crate) mod request;

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use notification_bell_tests::{Installation, Project, Server};

use self::{
    load::{Measured, Target},
    request::{LONG, Request, SHORT},
};
use crate::{
    latencies::Latencies,
    nchan::Nchan,
    progress,
    report::{Goal, Report, Unit, whole},
    theirs::Theirs,
};

const CREATED: u16 = 201;
/// The rate that the goal of the answer time is about.
const GOAL_RATE: u64 = 5_000;
const DISK: &str = "a page of 4 KiB to disk (fsync)";
const MOST: &str = "durable sends to single users in a second";
/// nchan says this of a message that nobody waits for.
const ACCEPTED: u16 = 202;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Connections at once, each of which sends when it has been answered; several numbers are measured one after the other, and 0 leaves it out
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256", value_parser = clap::value_parser!(u64).range(..=10_000))]
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
    /// Use the database that `inboxes` left in this folder, and send to users whose inboxes are full
    #[arg(long, conflicts_with = "url")]
    folder: Option<PathBuf>,
    /// Write a page to the same disk every 10 ms meanwhile, to tell what is slow of the disk from what is slow of the server
    #[arg(long, requires = "folder")]
    disk: bool,
    #[command(flatten)]
    theirs: Theirs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures, and prints what came of it.
///
/// # Errors
/// If a server cannot be reached, or does not accept what is sent.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let theirs = arguments.theirs.named().await?;
    let own = if theirs.is_none() { Some(started(&arguments).await?) } else { None };
    let (address, key) = match (&own, theirs) {
        (_, Some((address, project))) => (address, project.backend_key),
        (Some(server), None) => (server.api().address(), server.project().backend_key.clone()),
        (None, None) => return Err("there is no server".into()),
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
    // The server runs within it.
    let folder = &folder.canonicalize()?;
    let project = Project::from_file(&folder.join("project.json"))?;
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
    // Of the full ones, those whose numbers have four digits.
    let (digits, first_user, users) = match arguments.folder {
        Some(_) => (SHORT, 1_000, arguments.users.min(9_000)),
        None => (LONG, 0, arguments.users),
    };
    let mut target = Target {
        address,
        request: Request::send(address, key, arguments.named.then_some(word.as_str()), digits),
        users,
        first_user,
        is_named: arguments.named,
        accepted: CREATED,
        first: 0,
    };
    let process = own.map_or(arguments.theirs.process, Server::process_id);
    let mut report = Report::new(
        "sends",
        format!("to {users} users in turn, {} s each, each answered after its fsync", arguments.seconds),
    );
    let disk = own.map(|server| machine::sync_times(server.installation().path())).transpose()?;
    let disk = disk.map(Latencies::of);
    if let Some(disk) = disk {
        report.add_times(DISK, disk);
    }
    let floods = || arguments.connections.iter().copied().filter(|&connections| connections > 0);
    for connections in floods() {
        progress::say(&format!("sends over {connections} connections"));
        let measured = flood(&mut target, connections, lasting, process).await?;
        note_flood(connections, &measured, &mut report);
    }
    if floods().next().is_some() {
        note_most(&mut report);
    }
    if arguments.rate > 0 {
        progress::say(&format!("{} sends a second", arguments.rate));
        let meanwhile =
            arguments.folder.as_ref().filter(|_| arguments.disk).map(|folder| machine::Disk::watch(folder));
        let measured = at_rate(&mut target, arguments.rate, lasting, process).await?;
        if let Some(disk) = meanwhile {
            note_rare("the same disk meanwhile", Latencies::of(disk.times()?), &mut report);
        }
        note_rare("the same answers", measured.latencies, &mut report);
        let finding = report.add_times(answered_at(arguments.rate), measured.latencies);
        if arguments.rate == GOAL_RATE {
            let goal = Goal::at_most(20.0);
            let syncs = disk.map(|disk| goal.stretch(2.5 * Unit::milliseconds(disk.median_us)));
            finding.goal(syncs.unwrap_or(goal));
        }
    }
    let nchan = if own.is_some() && arguments.folder.is_none() { Nchan::start().await? } else { None };
    if let Some(nchan) = nchan {
        let request = Request::publish(nchan.address);
        let mut target = Target {
            address: nchan.address,
            request,
            is_named: false,
            accepted: ACCEPTED,
            first_user: 0,
            ..target
        };
        measure_nchan(arguments, &mut target, lasting, &mut report).await?;
    }
    Ok(report)
}

/// The same of nchan, which keeps nothing on disk.
async fn measure_nchan(
    arguments: &Arguments,
    target: &mut Target,
    lasting: Duration,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let mut most: f64 = 0.0;
    for &connections in arguments.connections.iter().filter(|&&connections| connections > 0) {
        progress::say(&format!("nchan: publishes over {connections} connections"));
        let measured = flood(target, connections, lasting, None).await?;
        report.add_nchan(&rate_of(connections), measured.per_second);
        report.add_nchan(&answered_over(connections), Unit::milliseconds(measured.latencies.p99_us));
        most = most.max(measured.per_second);
    }
    report.add_nchan(MOST, most);
    if arguments.rate > 0 {
        progress::say(&format!("nchan: {} publishes a second", arguments.rate));
        let measured = at_rate(target, arguments.rate, lasting, None).await?;
        report.add_nchan(&answered_at(arguments.rate), Unit::milliseconds(measured.latencies.p99_us));
    }
    Ok(())
}

fn count(number: u64) -> String {
    Unit::Count.show(whole(usize::try_from(number).unwrap_or(usize::MAX)))
}

fn rate_of(connections: u64) -> String {
    format!("sends a second over {connections} connections")
}

fn answered_over(connections: u64) -> String {
    format!("answer over {connections} connections")
}

fn answered_at(rate: u64) -> String {
    format!("answer of a durable send at {} a second", count(rate))
}

fn note_flood(
    connections: u64,
    Answered { per_second, silence, latencies, processor_us }: &Answered,
    report: &mut Report,
) {
    report.add(rate_of(connections), *per_second, Unit::PerSecond);
    report.add_times(answered_over(connections), *latencies);
    let what = format!("longest silence over {connections} connections");
    report.add(what, silence.as_secs_f64() * 1_000.0, Unit::Milliseconds);
    if let Some(us) = processor_us {
        let what = format!("processor time of the server for a send over {connections} connections");
        report.add(what, *us, Unit::Microseconds);
    }
}

/// How long one in a thousand took.
fn note_rare(what: &str, times: Latencies, report: &mut Report) {
    report.add(format!("{what}, one in a thousand"), Unit::milliseconds(times.p999_us), Unit::Milliseconds);
    report.add(format!("{what}, longest"), Unit::milliseconds(times.max_us), Unit::Milliseconds);
}

/// The number that the goal is about: with as many connections as the server does best with.
fn note_most(report: &mut Report) {
    let rates = report.findings.iter().filter(|finding| finding.unit == Unit::PerSecond);
    let most = rates.map(|finding| finding.figure).fold(0.0, f64::max);
    report.add(MOST, most, Unit::PerSecond).goal(Goal::at_least(20_000.0).stretch(40_000.0));
}

/// What came of one load.
struct Answered {
    per_second: f64,
    /// The longest time without any answer.
    silence: Duration,
    latencies: Latencies,
    /// How long the server was on a processor for each.
    processor_us: Option<f64>,
}

async fn flood(
    target: &mut Target,
    connections: u64,
    lasting: Duration,
    process: Option<u32>,
) -> Result<Answered, Box<dyn Error>> {
    let before = process.and_then(machine::processor_time);
    let measured = load::flood(target, connections, lasting).await?;
    answered(target, measured, process.zip(before))
}

async fn at_rate(
    target: &mut Target,
    rate: u64,
    lasting: Duration,
    process: Option<u32>,
) -> Result<Answered, Box<dyn Error>> {
    /// So many that hardly one of them is still waiting for an answer when its next turn comes.
    const CONNECTIONS: u64 = 256;
    let before = process.and_then(machine::processor_time);
    let measured = load::at_rate(target, CONNECTIONS, rate, lasting).await?;
    answered(target, measured, process.zip(before))
}

fn answered(
    target: &mut Target,
    measured: Measured,
    process: Option<(u32, Duration)>,
) -> Result<Answered, Box<dyn Error>> {
    if measured.times.is_empty() {
        return Err("nothing was answered in time".into());
    }
    let number = measured.times.len();
    target.first += u64::try_from(number).unwrap_or(u64::MAX);
    let spent = process.and_then(|(id, before)| machine::processor_time(id)?.checked_sub(before));
    Ok(Answered {
        per_second: whole(number) / measured.took.as_secs_f64(),
        silence: measured.silence,
        processor_us: spent.map(|spent| spent.as_secs_f64() * 1e6 / whole(number)),
        latencies: Latencies::of(measured.times),
    })
}
