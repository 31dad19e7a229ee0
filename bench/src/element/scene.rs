//! A server with a full inbox, and a page with the bell of its reader.

use std::time::Duration;

use full_inboxes::{Filling, READER};
use notification_bell_tests::{
    Server,
    browser::{Page, Site},
};
use serde_json::{Value, json};

use crate::{inboxes::filling::fill, report::whole};

/// What a page notes of itself.
const WATCHING: &str = include_str!("watching.js");

pub(crate) struct Scene {
    pub(crate) server: Server,
    site: Site,
}

/// What the browser has counted of a page so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Of the main thread, in whatever.
    pub(crate) task: Duration,
    pub(crate) script: Duration,
    /// Finding out what is where, and how it looks.
    pub(crate) layout: Duration,
}

impl Scene {
    /// With so many items in the reader's inbox.
    pub(crate) async fn filled(items: u64) -> Self {
        let server = Server::start().await;
        fill(Filling { rows: 0, inbox: items, users: 0, subscribers: 0 }, &server).await;
        Self { server, site: Site::start().await }
    }

    /// Opens a page with the reader's bell and its panel.
    pub(crate) async fn show(&self, page: &Page) {
        let origin = format!("http://{}", self.server.api().address());
        let project = self.server.project();
        let (key, proof) = (&project.api_key, project.proof(READER));
        let body = format!(
            r#"<script>{WATCHING}</script><script type="module" src="{origin}/notification-bell.js"></script>
               <notification-bell open apiUrl="{origin}/api" apiKey="{key}" userId="{READER}" userHmac="{proof}"></notification-bell>"#
        );
        page.open(&self.site.page("/", &body)).await;
        page.until("window.seen.bell !== null && window.seen.item !== null").await;
        page.until("events('ready').length === 1").await;
    }
}

/// How many long tasks there were since a moment of the page, and how long the longest was.
pub(crate) async fn long_tasks(page: &Page, since: f64) -> (f64, f64) {
    let late = page
        .value(&format!("window.seen.longTasks.filter(({{ at }}) => at >= {since}).map(({{ ms }}) => ms)"))
        .await;
    let durations = numbers(&late);
    (whole(durations.len()), durations.iter().copied().fold(0.0, f64::max))
}

/// What the browser says of the page's work.
pub(crate) async fn work(page: &Page) -> Work {
    page.devtools("Performance.enable", json!({})).await;
    let answer = page.devtools("Performance.getMetrics", json!({})).await;
    let metrics = answer["metrics"].as_array().cloned().unwrap_or_default();
    let named = |name: &str| {
        let mut found = metrics.iter().filter(|metric| metric["name"] == name);
        Duration::from_secs_f64(found.find_map(|metric| metric["value"].as_f64()).unwrap_or_default())
    };
    Work {
        task: named("TaskDuration"),
        script: named("ScriptDuration"),
        layout: named("LayoutDuration") + named("RecalcStyleDuration"),
    }
}

/// The page's clock.
pub(crate) async fn now(page: &Page) -> f64 {
    page.value("performance.now()").await.as_f64().unwrap_or_default()
}

pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// The number below which so great a share of all is.
pub(crate) fn quantile(mut all: Vec<f64>, per_cent: usize) -> f64 {
    all.sort_by(f64::total_cmp);
    let index = (all.len() * per_cent / 100).min(all.len().saturating_sub(1));
    all.get(index).copied().unwrap_or_default()
}
