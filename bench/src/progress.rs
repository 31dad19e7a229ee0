//! What is being done, for whoever waits: on standard error, so that what was measured stands alone on standard output.

use std::{sync::OnceLock, time::Instant};

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Says what comes next, with the seconds since the first time.
pub(crate) fn say(what: &str) {
    let seconds = BEGAN.get_or_init(Instant::now).elapsed().as_secs();
    eprintln!("  {seconds:>4} s  {what}");
}
