//! One thing that was looked at, and what was found.

use std::fmt::Write;

use serde_json::{Value, json};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Right,
    Wrong,
    /// It could be better, or was not looked at.
    Remark,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    advice: String,
}

/// Wide enough for the name of every check.
const WIDTH: usize = 16;

impl Finding {
    pub(super) fn right(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Right, found: found.into(), advice: String::new() }
    }

    /// It is wrong, and this is what to do.
    pub(super) fn wrong(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Wrong, found: found.into(), advice: advice.into() }
    }

    pub(super) fn remark(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Remark, found: found.into(), advice: advice.into() }
    }

    /// Right if it holds.
    pub(super) fn judged(
        check: &'static str,
        holds: bool,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        if holds { Self::right(check, found) } else { Self::wrong(check, found, advice) }
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.verdict == Verdict::Wrong
    }

    pub(super) fn to_json(&self) -> Value {
        let verdict = match self.verdict {
            Verdict::Right => "right",
            Verdict::Wrong => "wrong",
            Verdict::Remark => "remark",
        };
        let Self { check, found, advice, .. } = self;
        let mut json = json!({ "check": check, "verdict": verdict, "found": found });
        if !advice.is_empty() {
            json["advice"] = advice.as_str().into();
        }
        json
    }

    /// One line, and a second one with what to do.
    pub(super) fn to_text(&self) -> String {
        let sign = match self.verdict {
            Verdict::Right => '✓',
            Verdict::Wrong => '✗',
            Verdict::Remark => '·',
        };
        let Self { check, found, advice, .. } = self;
        let mut text = format!("{sign} {check:WIDTH$}  {found}");
        if !advice.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(text, "\n  {:WIDTH$}  {advice}", "");
        }
        text
    }
}
