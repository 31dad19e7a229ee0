//! Open streams: what one costs, how quickly many open, and how what is sent reaches them.

mod crowd;
mod memory;
mod nchan;
mod report;
mod restart;
mod singles;
mod stalled;
mod target;
mod wire;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use clap::Args;
use notification_bell_tests::{Project, Server};
use tokio::{
    net::lookup_host,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::sleep,
};

use self::{
    crowd::{Arrival, Crowd, Request},
    memory::Memory,
    report::Report,
    singles::{reader_of, send_singles},
    target::{Bell, Failure, To},
    wire::Wire,
};
use crate::{latencies::Latencies, nchan::Nchan};

/// Memory is looked at when nothing has happened for so long.
const SETTLING: Duration = Duration::from_secs(3);
/// Streams that are opened before any is measured.
const WARMING: usize = 500;
const BROADCASTS: usize = 9;
const ARRIVING: Duration = Duration::from_secs(20);
const BETWEEN: Duration = Duration::from_millis(300);
/// Enough that what a stalled reader's machine and the server's system take for it is full long before the end.
const STALLING_BYTES: usize = 4_000;
const STALLING_TIMES: usize = 60;
const MEASURED_TIMES: usize = 40;

const MEMORY: &str = "resident memory of a quiet stream";
const PROPORTIONAL: &str = "the same, shared pages by their share";
const OPENED: &str = "new streams, with token and replay";
const BROADCAST: &str = "one broadcast, until the last has it, median";
const BROADCAST_MAX: &str = "one broadcast, until the last has it, worst";
const ARRIVED: &str = "from the answer to the stream, p99";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Streams that are open at a time
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    streams: u32,
    /// Readers that stop reading, beside as many that do not
    #[arg(long, default_value_t = 1_000)]
    stalled: u32,
    /// Sends to single users in a second, while the time to their streams is measured
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// Leave out nginx with nchan, which is measured too where it is installed
    #[arg(long)]
    without_nchan: bool,
    /// Leave out the restarts
    #[arg(long)]
    without_restart: bool,
    /// Measure a server that runs already, by its host and port, over plain HTTP. Its quotas have to be off. Everyone of
    /// the project is sent to: take one that was made for this
    #[arg(long, requires = "project")]
    server: Option<String>,
    /// The project of that server: the file that `project create --json` printed
    #[arg(long)]
    project: Option<std::path::PathBuf>,
    /// The process id of that server, for its memory
    #[arg(long)]
    process: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Opens the streams, measures, and prints what came of it.
///
/// # Errors
/// If a server cannot be started or reached, or does not answer as it should.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut report = Report::default();
    let number = arguments.streams as usize;
    if let (Some(server), Some(project)) = (&arguments.server, &arguments.project) {
        let host = lookup_host(server).await?.next().ok_or("the server's address cannot be found")?;
        let project = Project::from_json(&serde_json::from_str(&std::fs::read_to_string(project)?)?);
        measure(&Bell { host, project }, arguments.process, &arguments, &mut report).await?;
        report.print(arguments.json);
        return Ok(());
    }
    let mut server = Server::start().await;
    let bell = Bell { host: server.api().address(), project: server.project().clone() };
    measure(&bell, server.process_id(), &arguments, &mut report).await?;
    if !arguments.without_restart {
        for (what, kill) in [("asked to stop", false), ("killed", true)] {
            let bell = Bell { host: server.api().address(), project: server.project().clone() };
            let requests = bell.requests(0..number).await?;
            let came = restart::restart(&mut server, requests, kill).await?;
            report.add(
                &format!("{what} and started again: back within 60 s"),
                as_float(came.back),
                "streams",
            );
            report.add(&format!("{what} and started again: the last is back after"), came.seconds, "s");
            report.add(&format!("{what} and started again: peak to mean"), came.peak_to_mean, "");
            report.add(
                &format!("{what} and started again: late 5xx"),
                as_float(came.late_refusals),
                "answers",
            );
        }
    }
    server.stop().await;
    if !arguments.without_nchan {
        measure_nchan(&arguments, &mut report).await?;
    }
    report.print(arguments.json);
    Ok(())
}

async fn measure(
    bell: &Bell,
    process: Option<u32>,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    let number = arguments.streams as usize;
    let (sender, mut arrivals) = unbounded_channel();
    let requests = bell.requests(0..number).await?;
    warm(bell.host, requests.iter().take(WARMING).cloned().collect()).await;
    // Something to replay.
    bell.send(&mut Wire::connect(bell.host).await?, To::Everyone, 0, "For all").await?;
    sleep(SETTLING).await;
    let before = process.and_then(Memory::of);
    let crowd = Crowd::open(bell.host, requests, true, &sender).await;
    note_opening(&crowd, report)?;
    sleep(SETTLING).await;
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        let (resident, proportional) = now.each_since(before, crowd.len());
        report.add(MEMORY, resident, "bytes");
        report.add(PROPORTIONAL, proportional, "bytes");
    }
    let mut times = Vec::new();
    // Only now: a server does not wait for the next request for ever.
    let mut wire = Wire::connect(bell.host).await?;
    for broadcast in 1..=BROADCASTS {
        let began = Instant::now();
        bell.send(&mut wire, To::Everyone, broadcast, "For all").await?;
        times.push(whole(broadcast, crowd.len(), began, &mut arrivals).await?);
    }
    let broadcasts = Latencies::of(times);
    report.add(BROADCAST, milliseconds(broadcasts.median_us), "ms");
    report.add(BROADCAST_MAX, milliseconds(broadcasts.max_us), "ms");

    let singles = send_singles(bell.host, arguments.rate as usize, &mut arrivals, async |wire, number| {
        bell.send(wire, To::One(reader_of(number, crowd.len())), number, "For one").await
    })
    .await?;
    report.add(ARRIVED, milliseconds(singles.arriving.p99_us), "ms");
    report.add("sends to single users, answered", singles.per_second, "a second");
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        report.add(
            "resident memory of a stream, after all that",
            now.each_since(before, crowd.len()).0,
            "bytes",
        );
    }
    crowd.close();
    drop(arrivals);
    if arguments.stalled > 0 {
        sleep(SETTLING).await;
        measure_stalled(bell, process, arguments, report).await?;
    }
    Ok(())
}

/// The good ones' times with as many readers that read, and with as many that do not, who were sent to until nothing
/// more was taken for them.
async fn measure_stalled(
    bell: &Bell,
    process: Option<u32>,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    let number = arguments.stalled as usize;
    let (sender, mut arrivals) = unbounded_channel();
    let requests = bell.requests(0..number).await?;
    let good = Crowd::open(bell.host, requests, true, &sender).await;
    let body = "x".repeat(STALLING_BYTES);
    let mut next = 1_000_000;
    let alone = stalled::broadcast(bell, next, MEASURED_TIMES, good.len(), &body, &mut arrivals).await?;
    report.add("readers alone, p99", milliseconds(alone.p99_us), "ms");
    next += MEASURED_TIMES;
    let before = process.and_then(Memory::of);
    let requests = bell.requests(number..2 * number).await?;
    let stalled = stalled::open(bell.host, requests).await;
    let filling = stalled::broadcast(bell, next, STALLING_TIMES, good.len(), &body, &mut arrivals).await?;
    next += STALLING_TIMES;
    let beside = stalled::broadcast(bell, next, MEASURED_TIMES, good.len(), &body, &mut arrivals).await?;
    report.add("readers beside as many that stall, p99", milliseconds(filling.p99_us), "ms");
    report.add("readers beside as many that are stalled, p99", milliseconds(beside.p99_us), "ms");
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        report.add("resident memory of a stalled reader", now.each_since(before, stalled.len()).0, "bytes");
    }
    good.close();
    Ok(())
}

async fn measure_nchan(arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    let Some(nchan) = Nchan::start().await? else { return Ok(()) };
    let number = arguments.streams as usize;
    let (sender, mut arrivals) = unbounded_channel();
    warm(nchan.address, (0..WARMING).map(Nchan::own).collect()).await;
    sleep(SETTLING).await;
    let before = nchan.process_id().and_then(Memory::of);
    let crowd = Crowd::open(nchan.address, (0..number).map(Nchan::own).collect(), false, &sender).await;
    report.add_nchan(OPENED, crowd.per_second);
    sleep(SETTLING).await;
    if let (Some(before), Some(now)) = (before, nchan.process_id().and_then(Memory::of)) {
        let (resident, proportional) = now.each_since(before, crowd.len());
        report.add_nchan(MEMORY, resident);
        report.add_nchan(PROPORTIONAL, proportional);
    }
    let singles =
        send_singles(nchan.address, arguments.rate as usize, &mut arrivals, async |wire, number| {
            let channel = reader_of(number, crowd.len()).to_string();
            nchan.publish(wire, &channel, number, "For one").await
        })
        .await?;
    report.add_nchan(ARRIVED, milliseconds(singles.arriving.p99_us));
    crowd.close();
    sleep(SETTLING).await;
    let crowd =
        Crowd::open(nchan.address, (0..number).map(|_| Nchan::shared()).collect(), false, &sender).await;
    sleep(SETTLING).await;
    let mut wire = Wire::connect(nchan.address).await?;
    let mut times = Vec::new();
    for broadcast in 1..=BROADCASTS {
        let began = Instant::now();
        nchan.publish(&mut wire, "all", broadcast, "For all").await?;
        times.push(whole(broadcast, crowd.len(), began, &mut arrivals).await?);
    }
    let broadcasts = Latencies::of(times);
    report.add_nchan(BROADCAST, milliseconds(broadcasts.median_us));
    report.add_nchan(BROADCAST_MAX, milliseconds(broadcasts.max_us));
    Ok(())
}

/// Opens some streams and closes them: the first connections make what all others share, and that is no stream's.
async fn warm(host: SocketAddr, requests: Vec<Request>) {
    let (sender, _arrivals) = unbounded_channel();
    Crowd::open(host, requests, false, &sender).await.close();
}

/// Waits until everybody has a broadcast.
async fn whole(
    number: usize,
    readers: usize,
    began: Instant,
    arrivals: &mut UnboundedReceiver<Arrival>,
) -> Result<Duration, Failure> {
    let last = crowd::last_of(number, readers, ARRIVING, arrivals).await;
    let last = last.ok_or_else(|| format!("broadcast {number} did not reach all {readers} streams"))?;
    // One after the other, with the machine quiet in between.
    sleep(BETWEEN).await;
    Ok(last.saturating_duration_since(began))
}

fn note_opening(crowd: &Crowd, report: &mut Report) -> Result<(), Failure> {
    if crowd.refused > 0 {
        return Err(format!("{} streams could not be opened", crowd.refused).into());
    }
    report.add(OPENED, crowd.per_second, "a second");
    Ok(())
}

fn milliseconds(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
const fn as_float(number: usize) -> f64 {
    number as f64
}
