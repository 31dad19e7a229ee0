//! The browsers that the tests run in, and what of them runs where.

use std::process::Command;
use std::thread;

use clap::ValueEnum;

/// A browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// All tests
    Chromium,
    /// What browsers differ in
    Firefox,
    /// `WebKitGTK`: what browsers differ in
    Webkit,
}

/// What of the tests is about things that browsers do each in their own way: focus and keys, boxes and what lies on
/// top, motion, storage, policies, connections and tabs. What is left is the element's own logic, which is the same wasm
/// everywhere; running it three times would cost minutes and find nothing. A test in Firefox takes some four seconds of a
/// processor, most of it for coming up: so a module is named where most of it counts, and else a single test.
const DIFFERING: [&str; 21] = [
    "accessibility::",
    "cookie_sessions::a_bell_whose_token_is_in_a_cookie_shows_items_and_is_live",
    "cookie_sessions::another_user_of_the_element_is_the_one_whose_session_counts",
    "early_bell::",
    "first_part::",
    "hostile_content::a_right_to_left_override_in_a_title_stays_in_its_title",
    "hostile_content::endless_words_stay_within_the_panel",
    "inline::",
    "kept_state::",
    "kept_tokens::",
    "keyboard::",
    "languages::arabic_runs_from_right_to_left",
    "life_cycle::",
    "looks::",
    "network::",
    "panel::",
    "placement::",
    "policies::",
    "scrolling::",
    "sharing::",
    "snippet::",
];
/// The variable by which the tests are told which browser they are about.
const BROWSER: &str = "BELL_BROWSER";
/// How many of the slower browsers are open at once, where there are more processors than that.
const MOST_AT_ONCE: usize = 4;

impl Engine {
    /// Those that are used when none is named.
    pub(crate) const USUAL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// What the steps call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKit",
        }
    }

    /// Has a `cargo test` of the browser tests be about this one.
    pub(crate) fn choose(self, cargo: &mut Command) -> &mut Command {
        let name = self.name().to_ascii_lowercase();
        if self != Self::Chromium {
            let processors = thread::available_parallelism().map_or(1, usize::from);
            cargo.env("RUST_TEST_THREADS", processors.min(MOST_AT_ONCE).to_string());
            cargo.arg("--").args(DIFFERING);
        }
        cargo.env(BROWSER, name)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn chromium_runs_everything() {
        let mut cargo = Command::new("cargo");
        assert_eq!(Engine::Chromium.choose(&mut cargo).get_args().count(), 0);
        assert!(Engine::Webkit.choose(&mut cargo).get_args().any(|argument| argument == "keyboard::"));
    }

    #[test]
    fn whatever_is_named_is_there() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser");
        for named in DIFFERING {
            let (module, test) = named.split_once("::").unwrap();
            let source = std::fs::read_to_string(tests.join(module).with_extension("rs")).unwrap();
            assert!(source.contains(&format!("async fn {test}")), "{named}");
        }
    }
}
