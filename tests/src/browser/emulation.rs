//! What a page is made to believe of its reader's machine, in the words of each browser that has any.

use reqwest::Client;
use serde_json::{Value, json};
use thirtyfour::WebDriver;

use super::{
    Engine, Page,
    abilities::{Ability, need},
    session::accepted,
};

/// Whether a page has a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// There is one.
    Online,
    /// There is none, and the browser says so.
    Offline,
}

impl Page {
    /// Takes the network away from this tab, or gives it back.
    pub async fn set_network(&self, network: Network) {
        need(self.engine(), Ability::Offline);
        let offline = network == Network::Offline;
        if self.engine() == Engine::Firefox {
            self.privileged(&format!("Services.io.offline = {offline};")).await;
            return;
        }
        let conditions =
            json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Lets the page write to the clipboard, and read from it.
    pub async fn allow_clipboard(&self) {
        need(self.engine(), Ability::Clipboard);
        if self.engine() == Engine::Chromium {
            let permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"];
            self.devtools("Browser.grantPermissions", json!({"permissions": permissions})).await;
        }
    }

    /// Has the page believe that its reader's system says this: `prefers-color-scheme`, `light` …
    pub async fn set_media(&self, feature: &str, value: &str) {
        need(self.engine(), Ability::Media);
        if self.engine() == Engine::Firefox {
            let (preference, number) = preference(feature, value);
            self.privileged(&format!("Services.prefs.setIntPref('{preference}', {number});")).await;
        } else {
            let features = json!([{"name": feature, "value": value}]);
            self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
        }
        self.until(&format!("matchMedia('({feature}: {value})').matches")).await;
    }

    /// Has the page believe that its reader is there: `Europe/Berlin` …
    pub async fn set_time_zone(&self, zone: &str) {
        need(self.engine(), Ability::TimeZone);
        if self.engine() == Engine::Firefox {
            let script = format!("gBrowser.selectedBrowser.browsingContext.timezoneOverride = '{zone}';");
            self.privileged(&script).await;
            return;
        }
        self.devtools("Emulation.setTimezoneOverride", json!({"timezoneId": zone})).await;
    }

    /// Switches the policies of all pages off, for a tool that has to be brought into them.
    pub async fn ignore_policies(&self) {
        need(self.engine(), Ability::NoPolicies);
        self.devtools("Page.enable", json!({})).await;
        self.devtools("Page.setBypassCSP", json!({"enabled": true})).await;
    }

    /// How much of the page's heap is in use once its garbage is gone.
    pub async fn used_heap_bytes(&self) -> f64 {
        need(self.engine(), Ability::Heap);
        self.devtools("HeapProfiler.collectGarbage", json!({})).await;
        self.devtools("Performance.enable", json!({})).await;
        let answer = self.devtools("Performance.getMetrics", json!({})).await;
        let metrics = answer["metrics"].as_array().into_iter().flatten();
        let mut used = metrics.filter(|metric| metric["name"] == "JSHeapUsedSize");
        used.find_map(|metric| metric["value"].as_f64()).expect("the browser has a heap")
    }

    /// Makes the page this wide and high in a window with room for it: the window itself cannot be as narrow as a phone.
    pub(super) async fn resize_in_firefox(&self, width: u32, height: u32) {
        accepted(self.driver().set_window_rect(0, 0, width.max(600), height + 200).await);
        let sizes = format!(
            "width: {width}px; min-width: {width}px; max-width: {width}px; \
            height: {height}px; min-height: {height}px; max-height: {height}px"
        );
        self.privileged(&format!("gBrowser.selectedBrowser.style = '{sizes}';")).await;
    }

    /// Chromium's own protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        accepted(self.driver().cdp().send_raw(method, parameters).await)
    }

    /// Runs a script in Firefox itself, which is a page too.
    pub(super) async fn privileged(&self, script: &str) {
        enter(self.driver(), "chrome").await;
        let outcome = self.driver().execute(script, Vec::new()).await;
        enter(self.driver(), "content").await;
        accepted(outcome);
    }
}

/// Has scripts run in Firefox itself ("chrome"), or in the page again ("content").
async fn enter(driver: &WebDriver, context: &str) {
    let (server, session) = (driver.handle().server_url(), driver.handle().session_id());
    let client = Client::builder().no_proxy().build().expect("a client without TLS needs nothing");
    let address = format!("{server}session/{session}/moz/context");
    let answer = accepted(client.post(address).json(&json!({"context": context})).send().await);
    accepted(answer.error_for_status());
}

/// The preference that Firefox has in the place of what the system says, and its number for a value.
fn preference(feature: &str, value: &str) -> (&'static str, u8) {
    match (feature, value) {
        ("prefers-color-scheme", "light") => ("ui.systemUsesDarkTheme", 0),
        ("prefers-color-scheme", "dark") => ("ui.systemUsesDarkTheme", 1),
        ("prefers-reduced-motion", "no-preference") => ("ui.prefersReducedMotion", 0),
        ("prefers-reduced-motion", "reduce") => ("ui.prefersReducedMotion", 1),
        // Of pages, the reader's colours are taken never (1) or always (2).
        ("forced-colors", "none") => ("browser.display.document_color_use", 1),
        ("forced-colors", "active") => ("browser.display.document_color_use", 2),
        _ => panic!("nobody has said how Firefox is told {feature}: {value}"),
    }
}
