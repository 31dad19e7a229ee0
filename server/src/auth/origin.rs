//! Origins (RFC 6454): which pages may use a project.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

/// An entry of a project's list: `https://app.example.com`, or `https://*.example.com` for one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedOrigin(String);

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an origin is written https://host or https://host:port, without a path; `*.` may stand for one label"
)]
pub struct OriginFault;

impl FromStr for AllowedOrigin {
    type Err = OriginFault;

    fn from_str(text: &str) -> Result<Self, OriginFault> {
        // With a label in the place of the wildcard, and without: `https://*.` has nothing that it is a label of.
        let exact = ["://wildcard.", "://"].map(|start| text.replacen("://*.", start, 1));
        if exact.iter().all(|exact| is_serialized(exact)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(OriginFault)
        }
    }
}

/// Whether a text is an origin, in the one way that a browser writes it.
fn is_serialized(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.origin().ascii_serialization() == text
            && !text.contains('*')
    })
}

impl TryFrom<String> for AllowedOrigin {
    type Error = OriginFault;

    fn try_from(text: String) -> Result<Self, OriginFault> {
        text.parse()
    }
}

impl From<AllowedOrigin> for String {
    fn from(origin: AllowedOrigin) -> Self {
        origin.0
    }
}

impl fmt::Display for AllowedOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AllowedOrigin {
    /// Whether it covers the origin that a browser sent.
    #[must_use]
    pub fn covers(&self, origin: &str) -> bool {
        let Some((scheme, suffix)) = self.0.split_once("://*.") else {
            return self.0 == origin;
        };
        origin
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .and_then(|host| host.strip_suffix(suffix))
            .and_then(|label| label.strip_suffix('.'))
            .is_some_and(|label| !label.is_empty() && !label.contains(['.', ':', '/', '@']))
    }
}

/// Whether a project's list allows an origin: an empty list allows any, but never the opaque `null`, which every
/// sandboxed frame and every local file shares.
#[must_use]
pub fn allows(list: &[AllowedOrigin], origin: &str) -> bool {
    origin != "null" && (list.is_empty() || list.iter().any(|allowed| allowed.covers(origin)))
}

#[cfg(test)]
mod tests {
    use super::{AllowedOrigin, allows};

    fn list(origins: &[&str]) -> Vec<AllowedOrigin> {
        origins.iter().map(|origin| origin.parse().unwrap()).collect()
    }

    #[test]
    fn an_origin_is_compared_whole() {
        let list = list(&["https://app.example.com", "http://localhost:5173"]);
        assert!(allows(&list, "https://app.example.com"));
        assert!(allows(&list, "http://localhost:5173"));
        for origin in [
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://app.example.com.evil.example",
            "https://evil-app.example.com",
            "http://localhost",
            "null",
        ] {
            assert!(!allows(&list, origin), "{origin}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let list = list(&["https://*.example.com"]);
        assert!(allows(&list, "https://shop.example.com"));
        for origin in [
            "https://example.com",
            "https://.example.com",
            "https://a.b.example.com",
            "https://evilexample.com",
            "https://x:1@a.example.com",
        ] {
            assert!(!allows(&list, origin), "{origin}");
        }
    }

    #[test]
    fn an_empty_list_allows_any_page_but_not_an_opaque_origin() {
        assert!(allows(&[], "https://anything.example"));
        assert!(!allows(&[], "null"));
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        for text in [
            "",
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://*",
            "https://*.",
            "https://*.:8443",
            "https://a.*.example.com",
            "https://*.*.example.com",
            "ftp://example.com",
            "https://APP.example.com",
        ] {
            assert!(text.parse::<AllowedOrigin>().is_err(), "{text:?}");
        }
    }
}
