//! What each browser is started with.

use serde_json::json;
use thirtyfour::{Capabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel};

use super::{Engine, driver::Driver, session::accepted};

const CHROMIUM: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// What a new session is asked to have.
pub(super) fn capabilities(engine: Engine, driver: &Driver, flags: &[&str]) -> Capabilities {
    match engine {
        Engine::Chromium => chromium(driver, flags),
        Engine::Firefox => firefox(driver),
        // Its driver starts the browser that it comes with.
        Engine::Webkit => Capabilities::new(),
    }
}

fn path(driver: &Driver) -> &str {
    let path = driver.browser.as_deref().expect("this driver is told its browser");
    path.to_str().expect("the browser's path is UTF-8")
}

fn chromium(driver: &Driver, flags: &[&str]) -> Capabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    accepted(capabilities.set_binary(path(driver)));
    for flag in CHROMIUM.iter().chain(flags) {
        accepted(capabilities.add_arg(flag));
    }
    accepted(capabilities.set_browser_log_level(LoggingPrefsLogLevel::All));
    capabilities.into()
}

fn firefox(driver: &Driver) -> Capabilities {
    let preferences = json!({
        // Both are on this machine, and offline is to be without them.
        "network.disable-localhost-when-offline": true,
        "network.proxy.type": 0,
        // Nobody is there to allow it.
        "dom.events.testing.asyncClipboard": true,
        // A tab in the background is as quick as any, as in the other browsers without a screen.
        "dom.ipc.processPriorityManager.enabled": false,
        "dom.min_background_timeout_value": 4,
        "dom.timeout.enable_budget_timer_throttling": false,
        // Nothing is fetched from its makers.
        "app.normandy.enabled": false,
        "nimbus.rollouts.enabled": false,
        "services.settings.server": "data:,",
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
    });
    let options = json!({"binary": path(driver), "args": ["-headless"], "prefs": preferences});
    let mut capabilities = Capabilities::new();
    accepted(capabilities.set("moz:firefoxOptions", options));
    capabilities
}
