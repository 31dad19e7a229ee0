//! The same of nginx with nchan, in the same run and with the same load.

use std::time::Instant;

use tokio::{sync::mpsc::unbounded_channel, time::sleep};

use super::{
    Arguments, BROADCAST, BROADCAST_MAX, BROADCASTS, MEMORY, OPENED, PROPORTIONAL, SETTLING, WARMING,
    arriving_at,
    crowd::Crowd,
    memory::Memory,
    singles::{reader_of, send_singles},
    target::Failure,
    until_all_have, warm,
    wire::Wire,
};
use crate::{
    latencies::Latencies,
    nchan::Nchan,
    progress,
    report::{Report, Unit},
};

/// Measures what nchan can do of it: quiet streams, a broadcast, and sends to single ones.
pub(super) async fn measure(
    nchan: &Nchan,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    let number = arguments.streams as usize;
    let (sender, mut arrivals) = unbounded_channel();
    progress::say(&format!("nchan: {number} streams"));
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
    for &rate in &arguments.rate {
        progress::say(&format!("nchan: {rate} publishes a second to single streams"));
        let singles = send_singles(nchan.address, rate as usize, &mut arrivals, async |wire, number| {
            let channel = reader_of(number, crowd.len()).to_string();
            nchan.publish(wire, &channel, number, "For one").await
        })
        .await?;
        let ms = Unit::milliseconds(singles.arriving.p99_us);
        report.add_nchan(&arriving_at(rate), ms);
        // As good as nchan would be better than the target.
        if let Some(goal) = report.named(&arriving_at(rate)).and_then(|finding| finding.goal.as_mut()) {
            goal.stretch = Some(ms);
        }
    }
    crowd.close();
    sleep(SETTLING).await;
    let crowd =
        Crowd::open(nchan.address, (0..number).map(|_| Nchan::shared()).collect(), false, &sender).await;
    sleep(SETTLING).await;
    progress::say("nchan: broadcasts");
    let mut wire = Wire::connect(nchan.address).await?;
    let mut times = Vec::new();
    for broadcast in 1..=BROADCASTS {
        let began = Instant::now();
        nchan.publish(&mut wire, "all", broadcast, "For all").await?;
        times.push(until_all_have(broadcast, crowd.len(), began, &mut arrivals).await?);
    }
    let broadcasts = Latencies::of(times);
    report.add_nchan(BROADCAST, Unit::milliseconds(broadcasts.median_us));
    report.add_nchan(BROADCAST_MAX, Unit::milliseconds(broadcasts.max_us));
    Ok(())
}
