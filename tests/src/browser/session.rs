//! A browser of a test's own: a fresh profile, ended with the test, and a clean page demanded at its end.

use std::{
    any::type_name_of_val,
    fmt,
    panic::{AssertUnwindSafe, resume_unwind},
    time::Duration,
};

use futures_util::FutureExt;
use reqwest::Client;
use serde_json::json;
use thirtyfour::WebDriver;

use super::{
    Engine,
    abilities::{Ability, need, reason_against, reason_in, tell},
    capabilities::capabilities,
    driver::{Driver, driver},
    page::Page,
    site::NOTEBOOK,
};
use crate::{ANSWER_LIMIT, within};

/// How long a browser may take to come up. Far more than it needs.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long a driver may take for one command. Far more than any needs: one that hangs is named by its test's failure.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// Runs a test in a browser. When the test is done, no page of it may have had an error that nobody caught.
///
/// Where the engine of this run lacks what the test is about, the test is left out, and that is said.
pub async fn browse(test: impl AsyncFnOnce(&Page)) {
    browse_with(&[], test).await;
}

/// The same in a browser that is started with further flags of Chromium's.
pub async fn browse_with(flags: &[&str], test: impl AsyncFnOnce(&Page)) {
    let engine = Engine::chosen();
    let name = name_in(type_name_of_val(&test)).to_owned();
    if let Some(reason) = reason_against(engine, &name) {
        tell(engine, &name, reason);
        return;
    }
    let driver = driver(engine).await;
    let page = Page::new(open(engine, &driver, flags).await, engine);
    // Caught, because a browser is to be ended before the test is.
    let outcome = AssertUnwindSafe(async {
        if !flags.is_empty() {
            need(engine, Ability::Flags);
        }
        page.prepare().await;
        test(&page).await;
        page.assert_unharmed().await;
    })
    .catch_unwind()
    .await;
    // A browser that does not end is ended with the driver.
    let _ = within(ANSWER_LIMIT, "ending a browser", page.into_driver().quit()).await;
    if let Err(panic) = outcome {
        match reason_in(panic) {
            Ok(reason) => tell(engine, &name, reason),
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// `module::test` in the type of the test's closure, `crate::module::test::{{closure}}`.
fn name_in(closure: &str) -> &str {
    let name = closure.split_once("::{{").map_or(closure, |(name, _)| name);
    name.split_once("::").map_or(name, |(_, name)| name)
}

async fn open(engine: Engine, driver: &Driver, flags: &[&str]) -> WebDriver {
    let client = Client::builder().no_proxy().timeout(COMMAND_LIMIT).build();
    let client = client.expect("a client without TLS needs nothing");
    let capabilities = capabilities(engine, driver, flags);
    let session = WebDriver::builder(driver.url.clone(), capabilities).client(client);
    within(START_LIMIT, "starting a browser", session.connect())
        .await
        .unwrap_or_else(|error| panic!("{engine} could not be started: {error}"))
}

/// What the driver did, or why not.
pub(super) fn accepted<T, E: fmt::Debug>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error:?}"))
}

impl Page {
    /// Puts our notebook into every page of this tab, before any script of its own; and the window where it has the
    /// focus.
    ///
    /// Where there is no way to put it there, the pages of [`super::Site`] have it in them; `script.addPreloadScript` of `WebDriver`
    /// `BiDi` will be that way, once every driver has it.
    pub(super) async fn prepare(&self) {
        match self.engine() {
            Engine::Chromium => {
                self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": NOTEBOOK})).await;
            }
            Engine::Firefox => {}
            Engine::Webkit => {
                self.resize(1024, 700).await;
                self.until("document.hasFocus()").await;
            }
        }
    }

    /// Ends the test if a page lies open that our notebook could not be put into.
    pub(super) async fn need_notebook(&self) {
        if self.engine() != Engine::Chromium && self.value("record === undefined").await == true {
            need(self.engine(), Ability::Preload);
        }
    }

    /// What the browser itself complained of since it was last asked, in any tab: scripts that threw and nobody
    /// caught, and what a policy blocked. Chromium alone tells its driver.
    async fn complaints(&self) -> Vec<String> {
        if self.engine() != Engine::Chromium {
            return Vec::new();
        }
        let entries = accepted(self.driver().browser_log().await);
        let is_complaint = |source: &str| matches!(source, "javascript" | "security" | "violation");
        let complaints = entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && entry.source.as_deref().is_some_and(is_complaint));
        complaints.map(|entry| entry.message).collect()
    }

    async fn assert_unharmed(&self) {
        self.need_notebook().await;
        let errors = self.value("record.errors").await;
        assert_eq!(errors, json!([]), "errors that nobody caught");
        let complaints = self.complaints().await;
        let is_expected = |complaint: &String| self.expected().iter().any(|text| complaint.contains(text));
        let unexpected: Vec<_> = complaints.into_iter().filter(|complaint| !is_expected(complaint)).collect();
        assert_eq!(unexpected, Vec::<String>::new(), "what the browser complained of");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_by_the_closure_that_is_in_it() {
        let test = || ();
        let name = name_in(type_name_of_val(&test));
        assert!(name.ends_with("session::tests::a_test_is_named_by_the_closure_that_is_in_it"), "{name}");
    }
}
