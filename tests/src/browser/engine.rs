//! Which browser a run is about: `BELL_BROWSER`, Chromium if nothing is said.

use std::{env, fmt};

/// An engine that pages are drawn by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink: Chromium, which every test runs in.
    Chromium,
    /// Gecko: Firefox.
    Firefox,
    /// `WebKitGTK`, in its `MiniBrowser`.
    Webkit,
}

impl Engine {
    /// The one of this run.
    #[must_use]
    pub fn chosen() -> Self {
        let named = env::var("BELL_BROWSER").unwrap_or_default();
        match named.as_str() {
            "" | "chromium" => Self::Chromium,
            "firefox" => Self::Firefox,
            "webkit" => Self::Webkit,
            other => panic!("BELL_BROWSER is {other:?}: it can be chromium, firefox or webkit"),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKit",
        })
    }
}
