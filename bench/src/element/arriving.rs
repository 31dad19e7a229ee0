//! A hundred notifications within a second, while the panel is open.

use std::time::Duration;

use full_inboxes::READER;
use notification_bell_tests::browser::browse;
use serde_json::json;

use super::scene::{Scene, long_tasks, now, numbers, quantile, work};
use crate::{
    inboxes::filling::notification,
    progress,
    report::{Goal, Report, Unit, whole},
};

const NUMBER: u64 = 100;
const INTERVAL: Duration = Duration::from_millis(10);

/// Sends them at an even pace, and asks what that cost the page.
pub(super) async fn measure(scene: &Scene, report: &mut Report) {
    progress::say("a hundred notifications in a second");
    browse(async |page| {
        scene.show(page).await;
        page.until("parts('item').length > 5 && part('panel').getAnimations().length === 0").await;
        page.run("window.stopWatching = window.watchFrames();").await;
        // What a second costs in which nothing comes.
        let before = work(page).await;
        tokio::time::sleep(INTERVAL * 100).await;
        let idle = work(page).await;
        page.run("window.stopWatching(); window.stopWatching = window.watchFrames();").await;

        let since = now(page).await;
        let before_arrivals = work(page).await;
        let to = json!({ "users": [READER] });
        let mut clock = tokio::time::interval(INTERVAL);
        let mut sends = Vec::new();
        for number in 0..NUMBER {
            clock.tick().await;
            let mut body = notification(&to, number);
            body["title"] = format!("Arrival {number}").into();
            let request = scene.server.api().v1(reqwest::Method::POST, "/notifications");
            let request = request.bearer_auth(&scene.server.project().backend_key).json(&body);
            sends.push(tokio::spawn(request.send()));
        }
        for send in sends {
            let answer = send.await.expect("a send does not panic").expect("the server answers");
            assert_eq!(answer.status(), 201);
        }
        page.until(&format!("events('received').length === {NUMBER}")).await;
        let after = work(page).await;
        let took = now(page).await - since;
        let frames = numbers(&page.value("window.seen.frames").await);
        let changes = page.value("window.seen.changes").await.as_f64().unwrap_or_default();
        let (long, longest) = long_tasks(page, since).await;

        let ms = |to: Duration, from: Duration| to.saturating_sub(from).as_secs_f64() * 1_000.0;
        report.add("100 arrivals: until the last is there", took, Unit::Milliseconds);
        report.add("100 arrivals: main thread", ms(after.task, before_arrivals.task), Unit::Milliseconds);
        report.add("  of it script", ms(after.script, before_arrivals.script), Unit::Milliseconds);
        report.add("  of it style and layout", ms(after.layout, before_arrivals.layout), Unit::Milliseconds);
        report.add("  a second without arrivals", ms(idle.task, before.task), Unit::Milliseconds);
        report.add("100 arrivals: frames", whole(frames.len()), Unit::Count);
        report.add("100 arrivals: frames with a change", changes, Unit::Count);
        report.add("100 arrivals: longest frame", quantile(frames, 100), Unit::Milliseconds);
        report.add("100 arrivals: tasks over 50 ms", long, Unit::Count).goal(Goal::at_most(0.0));
        report.add("100 arrivals: longest of them", longest, Unit::Milliseconds);
    })
    .await;
}
