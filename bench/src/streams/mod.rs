//! Open streams: what one costs, how quickly many open, and how what is sent reaches them.

mod beside;
pub(crate) mod crowd;
mod memory;
mod nchan;
mod restart;
pub(crate) mod singles;
mod stalled;
pub(crate) mod target;
pub(crate) mod wire;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use clap::Args;
use notification_bell_tests::Server;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::sleep,
};

use self::{
    crowd::{Arrival, Crowd, Request},
    memory::Memory,
    restart::Return,
    singles::{reader_of, send_singles},
    target::{Bell, Failure, To},
    wire::Wire,
};
use crate::{
    latencies::Latencies,
    nchan::Nchan,
    progress,
    report::{Goal, Report, Unit, whole},
    theirs::Theirs,
};

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
/// So many that a few slow broadcasts do not decide the 99th percentile: of 200, two would.
const MEASURED_TIMES: usize = 1_000;

const MEMORY: &str = "resident memory of a quiet stream";
const PROPORTIONAL: &str = "the same, shared pages by their share";
const OPENED: &str = "new streams a second, with token and replay";
const BROADCAST: &str = "a broadcast until the last stream has it, median";
const BROADCAST_MAX: &str = "a broadcast until the last stream has it, longest";
/// The rate that the goal of the way from answer to stream is about.
const GOAL_RATE: u32 = 5_000;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Streams that are open at a time
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    streams: u32,
    /// Readers that stop reading, beside as many that do not
    #[arg(long, default_value_t = 1_000)]
    stalled: u32,
    /// Sends to single users in a second, while the time to their streams is measured
    /// (several numbers: one after the other)
    #[arg(long, value_delimiter = ',', default_value = "1000,5000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Vec<u32>,
    /// Leave out nginx with nchan, which is measured too where it is installed
    #[arg(long)]
    without_nchan: bool,
    /// Leave out the restarts
    #[arg(long)]
    without_restart: bool,
    #[command(flatten)]
    theirs: Theirs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Opens the streams, measures, and prints what came of it.
///
/// # Errors
/// If a server cannot be started or reached, or does not answer as it should.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let number = arguments.streams as usize;
    let setting = format!(
        "{} streams of as many users, whose inboxes have what went to everyone and nothing of their own",
        Unit::Count.show(whole(number))
    );
    let mut report = Report::new("streams", setting);
    if let Some((host, project)) = arguments.theirs.named().await? {
        measure(&Bell { host, project }, arguments.theirs.process, &arguments, &mut report).await?;
        report.print(arguments.json);
        return Ok(());
    }
    let mut server = Server::start().await;
    let bell = Bell { host: server.api().address(), project: server.project().clone() };
    measure(&bell, server.process_id(), &arguments, &mut report).await?;
    if !arguments.without_restart {
        for (what, kill) in [("stopped", false), ("killed", true)] {
            progress::say(&format!("{what} and restarted"));
            let bell = Bell { host: server.api().address(), project: server.project().clone() };
            let requests = bell.requests(0..number).await?;
            let came = restart::restart(&mut server, requests, kill).await?;
            note_return(what, came, number, &mut report);
        }
    }
    server.stop().await;
    if !arguments.without_nchan
        && let Some(nchan) = Nchan::start().await?
    {
        beside::measure(&nchan, &arguments, &mut report).await?;
    }
    report.print(arguments.json);
    Ok(())
}

fn note_return(what: &str, came: Return, number: usize, report: &mut Report) {
    let what = format!("{what} and restarted: ");
    report
        .add(format!("{what}streams back in a minute"), whole(came.back), Unit::Count)
        .goal(Goal::at_least(whole(number)));
    report.add(format!("{what}all back after"), came.seconds, Unit::Seconds).goal(Goal::at_most(60.0));
    report
        .add(format!("{what}busiest second to the mean"), came.peak_to_mean, Unit::Times)
        .goal(Goal::at_most(3.0));
    report
        .add(format!("{what}5xx after the first second"), whole(came.late_refusals), Unit::Count)
        .goal(Goal::at_most(0.0));
}

async fn measure(
    bell: &Bell,
    process: Option<u32>,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    let number = arguments.streams as usize;
    let (sender, mut arrivals) = unbounded_channel();
    progress::say(&format!("sessions of {number} users"));
    let requests = bell.requests(0..number).await?;
    warm(bell.host, requests.iter().take(WARMING).cloned().collect()).await;
    // Something to replay.
    bell.send(&mut Wire::connect(bell.host).await?, To::Everyone, 0, "For all").await?;
    sleep(SETTLING).await;
    let before = process.and_then(Memory::of);
    progress::say(&format!("{number} streams"));
    let crowd = Crowd::open(bell.host, requests, true, &sender).await;
    note_opening(&crowd, report)?;
    sleep(SETTLING).await;
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        let (resident, proportional) = now.each_since(before, crowd.len());
        report.add(MEMORY, resident, Unit::Bytes).goal(Goal::at_most(6_000.0).stretch(2_500.0));
        report.add(PROPORTIONAL, proportional, Unit::Bytes);
    }
    progress::say("broadcasts");
    let mut times = Vec::new();
    // Only now: a server does not wait for the next request for ever.
    let mut wire = Wire::connect(bell.host).await?;
    for broadcast in 1..=BROADCASTS {
        let began = Instant::now();
        bell.send(&mut wire, To::Everyone, broadcast, "For all").await?;
        times.push(until_all_have(broadcast, crowd.len(), began, &mut arrivals).await?);
    }
    let broadcasts = Latencies::of(times);
    report
        .add(BROADCAST, Unit::milliseconds(broadcasts.median_us), Unit::Milliseconds)
        .goal(Goal::at_most(110.0).stretch(90.0));
    report.add(BROADCAST_MAX, Unit::milliseconds(broadcasts.max_us), Unit::Milliseconds);
    for &rate in &arguments.rate {
        progress::say(&format!("{rate} sends a second, each to one stream"));
        let singles = send_singles(bell.host, rate as usize, &mut arrivals, async |wire, number| {
            bell.send(wire, To::One(reader_of(number, crowd.len())), number, "For one").await
        })
        .await?;
        let arriving = report.add_times(arriving_at(rate), singles.arriving);
        if rate == GOAL_RATE {
            arriving.goal(Goal::at_most(2.0));
        }
        report.add(
            format!("of {} sends a second, answered", Unit::Count.show(f64::from(rate))),
            singles.per_second,
            Unit::PerSecond,
        );
    }
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        report.add(
            "resident memory of a stream, after all that",
            now.each_since(before, crowd.len()).0,
            Unit::Bytes,
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
    progress::say(&format!("{number} readers, and beside them {number} that stall"));
    let (sender, mut arrivals) = unbounded_channel();
    let requests = bell.requests(0..number).await?;
    let good = Crowd::open(bell.host, requests, true, &sender).await;
    let body = "x".repeat(STALLING_BYTES);
    let mut next = 1_000_000;
    let alone = stalled::broadcast(bell, next, MEASURED_TIMES, good.len(), &body, &mut arrivals).await?;
    report.add_times("readers alone", alone);
    next += MEASURED_TIMES;
    let before = process.and_then(Memory::of);
    let requests = bell.requests(number..2 * number).await?;
    let stalled = stalled::open(bell.host, requests).await;
    let filling = stalled::broadcast(bell, next, STALLING_TIMES, good.len(), &body, &mut arrivals).await?;
    next += STALLING_TIMES;
    let beside = stalled::broadcast(bell, next, MEASURED_TIMES, good.len(), &body, &mut arrivals).await?;
    report.add_times("readers beside as many that stall", filling);
    report.add_times("readers beside as many that are stalled", beside);
    report
        .add(
            "readers beside stalled ones, to readers alone",
            Unit::milliseconds(beside.p99_us) / Unit::milliseconds(alone.p99_us),
            Unit::Times,
        )
        .goal(Goal::at_most(1.2));
    if let (Some(before), Some(now)) = (before, process.and_then(Memory::of)) {
        let each = now.each_since(before, stalled.len()).0;
        report.add("resident memory of a stalled reader", each, Unit::Bytes);
    }
    good.close();
    Ok(())
}

/// Opens some streams and closes them: the first connections make what all others share, and that is no stream's.
async fn warm(host: SocketAddr, requests: Vec<Request>) {
    let (sender, _arrivals) = unbounded_channel();
    Crowd::open(host, requests, false, &sender).await.close();
}

/// Waits until everybody has a broadcast.
async fn until_all_have(
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
    if let Some(fault) = &crowd.fault {
        return Err(format!("{} streams could not be opened, the first for: {fault}", crowd.refused).into());
    }
    report.add(OPENED, crowd.per_second, Unit::PerSecond).goal(Goal::at_least(5_000.0).stretch(15_000.0));
    Ok(())
}

fn arriving_at(rate: u32) -> String {
    format!("from answer to stream, at {} durable sends/s", Unit::Count.show(f64::from(rate)))
}
