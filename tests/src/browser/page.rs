//! What a test does on a page: looks at it, waits for it, and uses it as its reader would.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;
use thirtyfour::{
    WebDriver, WebElement, WindowHandle,
    error::{WebDriverError, WebDriverErrorInner, WebDriverResult},
};

use super::{Engine, driver::place, session::accepted};
use crate::eventually;

const TOOLS: &str = include_str!("tools.js");
const UNTIL: &str = include_str!("until.js");
const STILL: &str = include_str!("still.js");

/// How long a page may take for what a test waits for. Far more than it needs.
const LIMIT: Duration = Duration::from_secs(30);

/// The size of a page, once it has been the same for a while: a window grows when its system comes to it.
const SETTLED_SIZE: &str = "new Promise((settled) => {\
    let last = '', times = 0;\
    const timer = setInterval(() => {\
      const size = [innerWidth, innerHeight];\
      times = String(size) === last ? times + 1 : 0;\
      last = String(size);\
      if (times < 3) return;\
      clearInterval(timer);\
      settled(size);\
    }, 20);\
  })";

/// The tabs of one browser; what is said is said to the one in front.
///
/// Expressions and scripts are JavaScript. They find what `tools.js` defines: `bell`, `part("badge")`, `titles()` …
#[derive(Debug)]
pub struct Page {
    driver: WebDriver,
    engine: Engine,
    expected: Mutex<Vec<String>>,
}

impl Page {
    pub(super) fn new(driver: WebDriver, engine: Engine) -> Self {
        Self { driver, engine, expected: Mutex::default() }
    }

    /// Whose page it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub(super) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    pub(super) fn into_driver(self) -> WebDriver {
        self.driver
    }

    /// Says that the browser's own complaints with this text in them are what the test is about.
    pub fn expect_complaint(&self, text: &str) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    pub(super) fn expected(&self) -> Vec<String> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens an address and waits until its scripts have run.
    pub async fn open(&self, url: &str) {
        accepted(self.driver.goto(url).await);
        self.need_notebook().await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        accepted(self.driver.refresh().await);
    }

    /// The address that the page has now.
    pub async fn url(&self) -> String {
        accepted(self.driver.current_url().await).to_string()
    }

    /// Has statements lead to another address, and waits until the page there is whole. The page that is left is asked
    /// nothing meanwhile: what waits in it would be kept with it, for whoever comes back.
    pub async fn go_by(&self, script: &str, address: &str) {
        self.run(&format!("setTimeout(() => {{ {script} }});")).await;
        eventually(LIMIT, address, async || (self.url().await == address).then_some(())).await;
        self.until("document.readyState === 'complete'").await;
    }

    /// The value of an expression, now.
    pub async fn value(&self, expression: &str) -> Value {
        self.execute(&format!("return ({expression});")).await
    }

    /// Runs statements; all of them are one task of the page.
    pub async fn run(&self, script: &str) {
        self.execute(script).await;
    }

    async fn execute(&self, script: &str) -> Value {
        let outcome = self.driver.execute(format!("{TOOLS}\n{script}"), Vec::new()).await;
        outcome.unwrap_or_else(|error| panic!("`{script}` failed: {error}")).json().clone()
    }

    /// Waits until an expression is true, or anything that counts as true, and gives that.
    pub async fn until(&self, condition: &str) -> Value {
        let script = UNTIL
            .replace("DEADLINE_MS", &LIMIT.as_millis().to_string())
            .replace("TOOLS", TOOLS)
            .replace("CONDITION", condition);
        let answer = loop {
            match self.driver.execute_async(script.clone(), Vec::new()).await {
                Ok(outcome) => break outcome.json().clone(),
                // The page went away with the question; the next one is asked.
                Err(error) if is_of_a_page_that_went(&error) => {}
                Err(error) => panic!("`{condition}` failed: {error}"),
            }
        };
        assert!(answer["failed"].is_null(), "`{condition}` did not come true: {answer:#}");
        answer["value"].clone()
    }

    /// Waits for the outcome of an asynchronous expression.
    pub async fn promised(&self, expression: &str) -> Value {
        let script = format!(
            "const answer = arguments[arguments.length - 1];\n{TOOLS}\n\
             (async () => ({expression}))().then(answer, (error) => answer(`failed: ${{error}}`));"
        );
        let outcome = self.driver.execute_async(script, Vec::new()).await;
        outcome.unwrap_or_else(|error| panic!("`{expression}` failed: {error}")).json().clone()
    }

    /// Asserts what an expression is, now.
    pub async fn assert(&self, condition: &str) {
        let value = self.value(condition).await;
        assert_eq!(value, Value::Bool(true), "`{condition}`");
    }

    pub(super) async fn element(&self, expression: &str) -> WebElement {
        let found = self.found(expression).await;
        found.unwrap_or_else(|error| panic!("`{expression}` is no element: {error}"))
    }

    async fn found(&self, expression: &str) -> WebDriverResult<WebElement> {
        let script = format!("{TOOLS}\nreturn ({expression});");
        self.driver.execute(script, Vec::new()).await?.element()
    }

    /// Waits for an element until it stays where it is, scrolled to if it is out of sight, and does something with it;
    /// and with the one in its place where that has been drawn anew meanwhile: the early bell is another element than the
    /// one that takes over.
    ///
    /// The driver scrolls as well, but waits for nothing that moves: between pressing and letting go, what is under the
    /// mouse would be another thing.
    pub(super) async fn with(&self, expression: &str, act: impl AsyncFn(WebElement) -> WebDriverResult<()>) {
        loop {
            self.until(expression).await;
            let outcome = async {
                let element = self.found(expression).await?;
                assert!(
                    self.is_still(&element).await?,
                    "`{expression}` does not come to rest where it can be reached"
                );
                act(element).await
            };
            let Err(error) = outcome.await else { return };
            let is_gone = matches!(*error, WebDriverErrorInner::StaleElementReference(_));
            assert!(is_gone, "`{expression}` could not be used: {error:?}");
        }
    }

    async fn is_still(&self, element: &WebElement) -> WebDriverResult<bool> {
        let script = STILL.replace("DEADLINE_MS", &LIMIT.as_millis().to_string());
        let outcome = self.driver.execute_async(script, vec![element.to_json()?]).await?;
        Ok(outcome.json() == &Value::Bool(true))
    }

    /// Waits for an element, and clicks it with the mouse.
    pub async fn click(&self, expression: &str) {
        self.with(expression, async |element| element.click().await).await;
    }

    /// Types into an empty field.
    pub async fn type_into(&self, expression: &str, text: &str) {
        let field = self.element(expression).await;
        accepted(field.clear().await);
        accepted(field.send_keys(text).await);
    }

    /// Makes the page this wide and high.
    pub async fn resize(&self, width: u32, height: u32) {
        if self.engine == Engine::Firefox {
            self.resize_in_firefox(width, height).await;
            self.until(&format!("innerWidth === {width} && innerHeight === {height}")).await;
            return;
        }
        // The window has edges, and only the driver knows which: measured, then added. They may still come, as the row
        // of tabs does with the second one.
        let (left, top) = place(self.engine);
        let began = Instant::now();
        let (mut outer_width, mut outer_height) = (i64::from(width), i64::from(height));
        loop {
            let outer = |pixels: i64| u32::try_from(pixels).expect("a window has a size");
            let asked = self.driver.set_window_rect(left, top, outer(outer_width), outer(outer_height));
            accepted(asked.await);
            let settled = self.promised(SETTLED_SIZE).await;
            let inner = |index: usize| settled[index].as_i64().expect("a number of pixels");
            let missing = (i64::from(width) - inner(0), i64::from(height) - inner(1));
            if missing == (0, 0) {
                return;
            }
            assert!(began.elapsed() < LIMIT, "the page is {settled} instead of {width} by {height}");
            outer_width += missing.0;
            outer_height += missing.1;
        }
    }

    /// What is to be seen of the page, as a PNG.
    pub async fn picture(&self) -> Vec<u8> {
        accepted(self.driver.screenshot_as_png().await)
    }

    /// The tab in front.
    pub async fn tab(&self) -> WindowHandle {
        accepted(self.driver.window().await)
    }

    /// Opens another tab and puts it in front.
    pub async fn open_tab(&self) -> WindowHandle {
        let tab = accepted(self.driver.new_tab().await);
        self.show_tab(&tab).await;
        self.prepare().await;
        tab
    }

    /// Closes the tab in front. Another one has to be put in front then.
    pub async fn close_tab(&self) {
        accepted(self.driver.close_window().await);
    }

    /// Puts a tab in front.
    pub async fn show_tab(&self, tab: &WindowHandle) {
        accepted(self.driver.switch_to_window(tab.clone()).await);
    }
}

/// Chromium's driver has a name for it, Firefox's has words.
fn is_of_a_page_that_went(error: &WebDriverError) -> bool {
    match &**error {
        WebDriverErrorInner::NoSuchFrame(_) => true,
        WebDriverErrorInner::JavascriptError(_) => error.to_string().contains("Document was unloaded"),
        _ => false,
    }
}
