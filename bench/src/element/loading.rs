//! How soon the bell and the first item are there: cold and warm, on this machine and as on a slow phone.

use notification_bell_tests::browser::{Page, browse};
use serde_json::json;

use super::scene::{Scene, numbers, quantile};
use crate::{
    progress,
    report::{Goal, Report, Unit},
};

/// From when the loader is asked for until a frame with the bell, and one with an item, is done.
const MOMENTS: &str = "(({ startTime }) => [window.seen.bell - startTime, window.seen.item - startTime,\
      Math.max(0, ...window.seen.longTasks.map(({ ms }) => ms))])\
    (performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/notification-bell.js')))";

/// The machine and the network of a page.
#[derive(Clone, Copy, Debug)]
enum Device {
    This,
    /// What Lighthouse takes for one: a processor four times as slow, 1.6 Mbit/s, 150 ms there and back.
    SlowPhone,
}

impl Device {
    const fn name(self) -> &'static str {
        match self {
            Self::This => "this machine",
            Self::SlowPhone => "slow phone",
        }
    }

    async fn emulate(self, page: &Page) {
        page.devtools("Network.enable", json!({})).await;
        let (rate, conditions) = match self {
            Self::This => {
                (1, json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}))
            }
            Self::SlowPhone => (
                4,
                json!({"offline": false, "latency": 150, "downloadThroughput": 204_800, "uploadThroughput": 96_000}),
            ),
        };
        page.devtools("Emulation.setCPUThrottlingRate", json!({"rate": rate})).await;
        page.devtools("Network.emulateNetworkConditions", conditions).await;
    }
}

/// Loads the page so often in each way.
pub(super) async fn measure(scene: &Scene, times: u32, report: &mut Report) {
    browse(async |page| {
        let version = page.devtools("Browser.getVersion", json!({})).await;
        let product = version["product"].as_str().unwrap_or_default();
        report.setting = format!("{product}, {}; {times} loads of each kind", report.setting);
        for device in [Device::This, Device::SlowPhone] {
            device.emulate(page).await;
            for is_cold in [true, false] {
                let way = format!("{}, {}", device.name(), if is_cold { "cold" } else { "warm" });
                progress::say(&way);
                let (mut bell, mut item, mut longest) = (Vec::new(), Vec::new(), Vec::new());
                for _ in 0..times {
                    if is_cold {
                        page.devtools("Network.clearBrowserCache", json!({})).await;
                    }
                    scene.show(page).await;
                    let moments = numbers(&page.value(MOMENTS).await);
                    bell.push(moments[0]);
                    item.push(moments[1]);
                    longest.push(moments[2]);
                }
                report.add(format!("{way}: until the bell, median"), quantile(bell, 50), Unit::Milliseconds);
                report.add(
                    format!("{way}: until the first item, median"),
                    quantile(item, 50),
                    Unit::Milliseconds,
                );
                let longest = quantile(longest, 50);
                report
                    .add(format!("{way}: longest task, median"), longest, Unit::Milliseconds)
                    .goal(Goal::at_most(50.0));
            }
        }
        Device::This.emulate(page).await;
    })
    .await;
}
