//! What a quota is, and how answers say what is left of it (draft-ietf-httpapi-ratelimit-headers).

use std::num::NonZeroU32;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// How much of something there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What is counted.
    pub name: &'static str,
    /// How many there are.
    pub quota: u32,
    /// In how many seconds; `None` if they are counted at one time.
    pub window_seconds: Option<u32>,
}

/// A quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedUp {
    /// Which one.
    pub policy: Policy,
    /// When there is one again.
    pub retry_after_seconds: u64,
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of which one.
    pub policy: Policy,
    /// How many.
    pub remaining: u32,
}

impl Policy {
    pub(super) const fn a_second(name: &'static str, quota: NonZeroU32) -> Self {
        Self { name, quota: quota.get(), window_seconds: Some(1) }
    }

    pub(super) const fn a_minute(name: &'static str, quota: NonZeroU32) -> Self {
        Self { name, quota: quota.get(), window_seconds: Some(60) }
    }

    fn write(self, headers: &mut HeaderMap, remaining: u32, reset_seconds: Option<u64>) {
        let parameter = |name: &str, value: Option<u64>| {
            value.map_or_else(String::new, |value| format!(";{name}={value}"))
        };
        let Self { name, quota, window_seconds } = self;
        let policy = format!("\"{name}\";q={quota}{}", parameter("w", window_seconds.map(u64::from)));
        let limit = format!("\"{name}\";r={remaining}{}", parameter("t", reset_seconds));
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
            // The names of quotas are ours, and are text that a header may have.
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

impl UsedUp {
    /// Says it in an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        self.policy.write(headers, 0, Some(self.retry_after_seconds));
    }
}

impl Left {
    /// Says it in an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        self.policy.write(headers, self.remaining, None);
    }
}
