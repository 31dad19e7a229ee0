//! A browser of a test's own: a fresh profile, ended with the test, and a clean page demanded at its end.

use std::{
    fmt,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::FutureExt;
use reqwest::Client;
use serde_json::{Value, json};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use super::{driver::driver, page::Page};
use crate::{ANSWER_LIMIT, within};

const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Notes what happens on a page, from before its first script.
const PRELOAD: &str = include_str!("preload.js");

/// Whether a page has a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// There is one.
    Online,
    /// There is none, and the browser says so.
    Offline,
}

/// Runs a test in a browser. When the test is done, no page of it may have had an error that nobody caught.
pub async fn browse(test: impl AsyncFnOnce(&Page)) {
    let page = Page::new(open().await);
    page.prepare().await;
    // Caught, because a browser is to be ended before the test is.
    let outcome = AssertUnwindSafe(async {
        test(&page).await;
        page.assert_unharmed().await;
    })
    .catch_unwind()
    .await;
    // A browser that does not end is ended with the driver.
    let _ = within(ANSWER_LIMIT, "ending a browser", page.into_driver().quit()).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

async fn open() -> WebDriver {
    let driver = driver();
    let mut capabilities = DesiredCapabilities::chrome();
    let path = driver.browser.to_str().expect("the browser's path is UTF-8");
    accepted(capabilities.set_binary(path));
    for flag in FLAGS {
        accepted(capabilities.add_arg(flag));
    }
    accepted(capabilities.set_browser_log_level(LoggingPrefsLogLevel::All));
    let client = Client::builder().no_proxy().build().expect("a client without TLS needs nothing");
    let session = WebDriver::builder(driver.url.clone(), capabilities).client(client).connect();
    within(ANSWER_LIMIT, "starting a browser", session)
        .await
        .unwrap_or_else(|error| panic!("the browser could not be started: {error}"))
}

/// What the driver did, or why not.
pub(super) fn accepted<T, E: fmt::Debug>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error:?}"))
}

impl Page {
    /// Puts our notebook into every page of this tab, before any script of its own.
    ///
    /// The first of the two things that no standard of `WebDriver` has yet; `script.addPreloadScript` of
    /// `WebDriver` `BiDi` is the same.
    pub(super) async fn prepare(&self) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": PRELOAD})).await;
    }

    /// Takes the network away from this tab, or gives it back. The second of the two.
    pub async fn set_network(&self, network: Network) {
        let offline = network == Network::Offline;
        let conditions =
            json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    async fn devtools(&self, method: &str, parameters: Value) {
        accepted(self.driver().cdp().send_raw(method, parameters).await);
    }

    /// Lets the page write to the clipboard, and read from it.
    pub async fn allow_clipboard(&self) {
        let permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"];
        self.devtools("Browser.grantPermissions", json!({"permissions": permissions})).await;
    }

    /// Has the page believe that its reader's system says this: `prefers-color-scheme`, `light` …
    pub async fn set_media(&self, feature: &str, value: &str) {
        let features = json!([{"name": feature, "value": value}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// Has the page believe that its reader is there: `Europe/Berlin` …
    pub async fn set_time_zone(&self, zone: &str) {
        self.devtools("Emulation.setTimezoneOverride", json!({"timezoneId": zone})).await;
    }

    /// Switches the policies of all pages off, for a tool that has to be brought into them.
    pub async fn ignore_policies(&self) {
        self.devtools("Page.enable", json!({})).await;
        self.devtools("Page.setBypassCSP", json!({"enabled": true})).await;
    }

    /// What the browser itself complained of since it was last asked, in any tab: scripts that threw and nobody
    /// caught, and what a policy blocked.
    async fn complaints(&self) -> Vec<String> {
        let entries = accepted(self.driver().browser_log().await);
        let is_complaint = |source: &str| matches!(source, "javascript" | "security" | "violation");
        let complaints = entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && entry.source.as_deref().is_some_and(is_complaint));
        complaints.map(|entry| entry.message).collect()
    }

    async fn assert_unharmed(&self) {
        let errors = self.value("record.errors").await;
        assert_eq!(errors, json!([]), "errors that nobody caught");
        let complaints = self.complaints().await;
        let is_expected = |complaint: &String| self.expected().iter().any(|text| complaint.contains(text));
        let unexpected: Vec<_> = complaints.into_iter().filter(|complaint| !is_expected(complaint)).collect();
        assert_eq!(unexpected, Vec::<String>::new(), "what the browser complained of");
    }
}
