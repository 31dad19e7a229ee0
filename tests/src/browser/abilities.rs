//! What a test may ask of a browser beyond the standard, which engine has no answer, and what is left out for that.
//!
//! A test does not say what it needs: it asks, and where there is no answer it ends there, is counted, and named with
//! the reason. Chromium has everything, so that no test is left out everywhere.

use std::{
    any::Any,
    io::{self, Write as _},
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
};

use super::Engine;

/// Something that no standard of `WebDriver` has, or none that every driver keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ability {
    /// A script of ours before those of a page that is not of our own site.
    Preload,
    /// No network, and a browser that says so.
    Offline,
    /// What the reader's system prefers: `prefers-color-scheme` …
    Media,
    /// The reader's time zone.
    TimeZone,
    /// A clipboard that a page may read.
    Clipboard,
    /// Pages without their policies.
    NoPolicies,
    /// A finger.
    Touch,
    /// How much memory a page needs.
    Heap,
    /// Flags of Chromium's own.
    Flags,
}

/// What is lacking where, and why it could not be had by other means.
const LACKING: [(Engine, Ability, &str); 13] = [
    (Engine::Firefox, Ability::Preload, "its driver puts a script only into pages that the tests serve"),
    (Engine::Firefox, Ability::NoPolicies, "its policies cannot be switched off"),
    (Engine::Firefox, Ability::Heap, "its driver does not measure a page's memory"),
    (Engine::Firefox, Ability::Flags, "it has not the flags that are asked for"),
    (Engine::Webkit, Ability::Preload, "its driver puts a script only into pages that the tests serve"),
    (Engine::Webkit, Ability::Offline, "its driver cannot take the network away"),
    (Engine::Webkit, Ability::Media, "its driver cannot say what the reader's system prefers"),
    (Engine::Webkit, Ability::TimeZone, "its driver cannot set a time zone"),
    (Engine::Webkit, Ability::Clipboard, "its driver cannot allow the clipboard"),
    (Engine::Webkit, Ability::NoPolicies, "its policies cannot be switched off"),
    (Engine::Webkit, Ability::Touch, "its driver has no touch"),
    (Engine::Webkit, Ability::Heap, "its driver does not measure a page's memory"),
    (Engine::Webkit, Ability::Flags, "it has not the flags that are asked for"),
];

/// Tests, or modules of them, whose subject an engine does not have.
const SUBJECTS: [(Engine, &str, &str); 2] = [
    (Engine::Webkit, "cookie_sessions::", "it takes a `Secure` cookie over TLS alone, on loopback too"),
    (
        Engine::Webkit,
        "life_cycle::a_bell_moved_by_move_before_keeps_its_panel_and_its_stream",
        "it has no `moveBefore`",
    ),
];

/// How a test ends that is left out.
struct LeftOut(&'static str);

/// Goes on if the engine has this ability; ends the test as left out if not.
pub(super) fn need(engine: Engine, ability: Ability) {
    let lacking = LACKING.iter().find(|(of, what, _)| (*of, *what) == (engine, ability));
    if let Some((_, _, reason)) = lacking {
        // No panic: nothing is to be printed as one.
        resume_unwind(Box::new(LeftOut(reason)));
    }
}

/// Why a test is not begun with this engine.
pub(super) fn reason_against(engine: Engine, test: &str) -> Option<&'static str> {
    let against = SUBJECTS.iter().find(|(of, name, _)| *of == engine && test.starts_with(name));
    against.map(|(_, _, reason)| *reason)
}

/// The reason, if this is how a test ends that is left out; else what it panicked with.
pub(super) fn reason_in(panic: Box<dyn Any + Send>) -> Result<&'static str, Box<dyn Any + Send>> {
    panic.downcast().map(|left_out: Box<LeftOut>| left_out.0)
}

/// Says that a test is left out, and how many there have been. It is said past the test's own output, which nobody
/// is shown of a test that does not fail.
pub(super) fn tell(engine: Engine, test: &str, reason: &str) {
    static NUMBER: Mutex<usize> = Mutex::new(0);
    let mut number = NUMBER.lock().unwrap_or_else(PoisonError::into_inner);
    *number += 1;
    let _ = writeln!(io::stderr(), "left out of {engine} ({number} so far): {test}: {reason}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out_of_chromium() {
        assert!(LACKING.iter().all(|(engine, ..)| *engine != Engine::Chromium));
        assert!(SUBJECTS.iter().all(|(engine, ..)| *engine != Engine::Chromium));
    }
}
