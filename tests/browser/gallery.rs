//! The gallery of the demo: every state of the element, and the playground for its theme.

use notification_bell_tests::{
    Reply, Server,
    browser::{Page, browse},
};
use reqwest::Method;
use serde_json::json;

use crate::scene::Scene;

/// It is always this moment in the gallery of a test.
const NOW: &str = "2026-03-12T10:30:00Z";

/// A state of the gallery.
pub(crate) struct State {
    pub(crate) id: String,
    /// Whether it looks the same on every machine.
    pub(crate) is_pictured: bool,
}

/// The gallery, served by a demo.
pub(crate) struct Stage {
    scene: Scene,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self { scene: Scene::with(Server::builder().argument("--demo").start().await).await }
    }

    fn origin(&self) -> String {
        self.scene.origin()
    }

    /// Opens one state alone, and waits until all of it is drawn.
    pub(crate) async fn show(&self, page: &Page, state: &str, looks: &[(&str, &str)]) {
        let given = [("state", state), ("now", NOW)];
        let parameters: Vec<_> =
            given.iter().chain(looks).map(|(name, value)| format!("{name}={value}")).collect();
        page.open(&format!("{}/gallery/stage.html?{}", self.origin(), parameters.join("&"))).await;
        page.until("document.documentElement.dataset.stage === 'ready'").await;
        page.assert(&format!("stage.state.id === '{state}'")).await;
    }

    /// Opens the gallery at a state.
    pub(crate) async fn show_gallery(&self, page: &Page, state: &str) {
        page.open(&format!("{}/gallery.html?now={NOW}#{state}", self.origin())).await;
        on_stage(page, state).await;
    }

    async fn policy_of(&self, path: &str) -> String {
        let reply = Reply::to(self.scene.server.api().request(Method::GET, path)).await;
        reply.header("content-security-policy").unwrap_or_default().to_owned()
    }
}

/// All states that there are.
pub(crate) async fn states(page: &Page, stage: &Stage) -> Vec<State> {
    stage.show(page, "day", &[]).await;
    let states = page.value("stage.states.map(({ id, isPictured }) => [id, isPictured !== false])").await;
    let states: Vec<(String, bool)> =
        serde_json::from_value(states).expect("ids, and whether they are pictured");
    states.into_iter().map(|(id, is_pictured)| State { id, is_pictured }).collect()
}

/// Waits until the gallery has this state on its stage.
async fn on_stage(page: &Page, state: &str) {
    page.until(&format!(
        "document.getElementById('stage').contentWindow?.stage?.state.id === '{state}' &&\
         document.getElementById('stage').contentDocument.documentElement.dataset.stage === 'ready'"
    ))
    .await;
}

const STYLE_OF_BELL: &str = "(({ contentWindow: inner }) => inner.getComputedStyle(inner.stage.bell))(document.getElementById('stage'))";

async fn choose_colour(page: &Page, name: &str, colour: &str) {
    page.run(&format!(
        "const field = document.querySelector('[name=\"{name}\"]'); field.value = '{colour}';\
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    ))
    .await;
}

#[tokio::test]
async fn the_address_says_which_state_is_shown() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "undo").await;
        page.assert("document.querySelector('h1').textContent === 'Archived · Undo'").await;
        page.click("document.querySelector('nav a[href=\"#empty\"]')").await;
        on_stage(page, "empty").await;
        page.assert("location.hash === '#empty'").await;
        // The panel on the stage takes the focus; who goes through the list keeps it.
        page.until("document.activeElement?.hash === '#empty'").await;
        page.run("history.back();").await;
        on_stage(page, "undo").await;
        page.assert("document.documentElement.scrollHeight <= innerHeight").await;
        assert_eq!(page.value("record.violations").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_states_are_a_choice() {
    browse(async |page| {
        page.resize(390, 844).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "day").await;
        page.assert("document.documentElement.scrollWidth <= innerWidth").await;
        page.run(
            "const states = document.getElementById('state-choice'); states.value = 'offline';\
             states.dispatchEvent(new Event('change'));",
        )
        .await;
        on_stage(page, "offline").await;
    })
    .await;
}

#[tokio::test]
async fn theme_direction_and_language_reach_the_stage() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "day").await;
        page.click("document.querySelector('[name=theme][value=dark]').labels[0]").await;
        page.run(
            "const languages = document.querySelector('[name=lang]'); languages.value = 'he';\
             languages.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await;
        let inner = "document.getElementById('stage').contentWindow.stage.bell";
        page.until(&format!("{inner}.shadowRoot.querySelector('h2').textContent === 'התראות'")).await;
        page.assert(&format!("{inner}.theme === 'dark'")).await;
        page.assert(&format!("{STYLE_OF_BELL}.direction === 'rtl'")).await;
        // The next state comes on in the same looks.
        page.click("document.querySelector('nav a[href=\"#empty\"]')").await;
        on_stage(page, "empty").await;
        page.assert(&format!("{inner}.theme === 'dark' && {STYLE_OF_BELL}.direction === 'rtl'")).await;
    })
    .await;
}

#[tokio::test]
async fn the_playground_dresses_the_bell_and_says_how() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "day").await;
        page.click("document.querySelector('[name=theme][value=light]').labels[0]").await;
        page.assert("document.getElementById('css').textContent.includes('no style')").await;
        choose_colour(page, "--nb-accent", "#a8431f").await;
        let badge = "document.getElementById('stage').contentWindow.stage.bell.shadowRoot.querySelector('[part=badge]')";
        page.until(&format!("getComputedStyle({badge}).backgroundColor === 'rgb(168, 67, 31)'")).await;
        page.assert("/^notification-bell \\{\\n  --nb-accent: light-dark\\(#a8431f, #[0-9a-f]{6}\\);\\n\\}$/.test(\
                     document.getElementById('css').textContent)")
            .await;
        page.click("document.querySelector('[data-preset=compact]')").await;
        page.until(&format!("{STYLE_OF_BELL}.getPropertyValue('--nb-font-size') === '12px'")).await;
        page.assert("!document.getElementById('css').textContent.includes('--nb-accent')").await;
        // Another state wears it too.
        page.click("document.querySelector('nav a[href=\"#one\"]')").await;
        on_stage(page, "one").await;
        page.until(&format!("{STYLE_OF_BELL}.getPropertyValue('--nb-font-size') === '12px'")).await;
        assert_eq!(page.value("record.violations").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_playground_says_what_cannot_be_read() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "day").await;
        for theme in ["light", "dark"] {
            page.click(&format!("document.querySelector('[name=theme][value={theme}]').labels[0]")).await;
            let presets = page.value("document.querySelectorAll('[data-preset]').length").await;
            for preset in 0..presets.as_u64().expect("a number") {
                page.click(&format!("document.querySelectorAll('[data-preset]')[{preset}]")).await;
                page.assert("document.querySelectorAll('#contrast .low').length === 0").await;
            }
        }
        page.click("document.querySelector('[data-preset=default]')").await;
        choose_colour(page, "--nb-text-soft", "#555555").await;
        page.until("document.querySelectorAll('#contrast .low').length === 2").await;
        page.assert("/needs 4.5:1/.test(document.getElementById('contrast').textContent)").await;
        page.assert("document.getElementById('verdict').textContent === '2 pairs are too faint.'").await;
        page.click("document.getElementById('reset')").await;
        page.until("document.querySelectorAll('#contrast .low').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn every_custom_property_of_the_element_is_in_the_playground() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let stage = Stage::start().await;
        stage.show_gallery(page, "day").await;
        let declared = "[...document.getElementById('stage').contentWindow.stage.bell.shadowRoot.adoptedStyleSheets[0].cssRules]\
                        .find(({ selectorText }) => selectorText === ':host').style";
        let missing = format!(
            "[...{declared}].filter((name) => name.startsWith('--nb-') && name !== '--nb-shadow' &&\
               !document.querySelector(`#tokens [name=\"${{name}}\"]`))"
        );
        assert_eq!(page.value(&missing).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn every_language_of_the_demo_is_offered_in_the_gallery() {
    browse(async |page| {
        let stage = Stage::start().await;
        let offered = "[...document.querySelector('[name=lang]').options].map(({ value, lang, text }) => [value, lang, text])";
        page.open(&stage.origin()).await;
        let in_demo = page.value(offered).await;
        stage.show_gallery(page, "empty").await;
        assert_eq!(page.value(offered).await, in_demo);
    })
    .await;
}

#[tokio::test]
async fn only_the_stage_may_be_framed_and_only_by_the_gallery() {
    let stage = Stage::start().await;
    for (path, framed_by) in [("/", "'none'"), ("/gallery.html", "'none'"), ("/gallery/stage.html", "'self'")]
    {
        let policy = stage.policy_of(path).await;
        assert!(policy.ends_with(&format!("frame-ancestors {framed_by}")), "{path}: {policy}");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn no_state_violates_the_policy_of_the_page() {
    browse(async |page| {
        let stage = Stage::start().await;
        for state in states(page, &stage).await {
            stage.show(page, &state.id, &[]).await;
            assert_eq!(page.value("record.violations").await, json!([]), "{}", state.id);
        }
    })
    .await;
}
