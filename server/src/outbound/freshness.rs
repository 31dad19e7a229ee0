//! How long an answer may be kept, as its sender says (RFC 9111).

use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};

/// The seconds for which an answer stays fresh (RFC 9111, section 4.2), 0 if it must not be kept; `None` if its sender
/// says nothing about it, or nothing that can be read.
pub(super) fn max_age_seconds(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut max_age = None;
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(0),
            // Given twice, the shorter one counts.
            "max-age" => {
                let seconds = argument.trim().trim_matches('"').parse::<u64>().ok();
                max_age = max_age.into_iter().chain(seconds).min();
            }
            _ => {}
        }
    }
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()?.trim().parse::<u64>().ok()).unwrap_or(0);
    Some(max_age?.saturating_sub(age))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::max_age_seconds;

    fn max_age(headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        max_age_seconds(&headers.collect::<HeaderMap>())
    }

    #[test]
    fn the_senders_word_is_read() {
        assert_eq!(max_age(&[("cache-control", "public, Max-Age=3600, must-revalidate")]), Some(3_600));
        assert_eq!(max_age(&[("cache-control", "max-age=\"60\"")]), Some(60));
        assert_eq!(max_age(&[("cache-control", "max-age=3600, no-store")]), Some(0));
        assert_eq!(max_age(&[("cache-control", "max-age=3600, max-age=60")]), Some(60));
    }

    #[test]
    fn time_in_other_caches_counts() {
        assert_eq!(max_age(&[("cache-control", "max-age=3600"), ("age", "600")]), Some(3_000));
        assert_eq!(max_age(&[("cache-control", "max-age=60"), ("age", "600")]), Some(0));
    }

    #[test]
    fn no_word_and_nonsense_are_nothing() {
        for value in ["", "public", "max-age", "max-age=soon", "max-age=-1", "s-maxage=60", "x-max-age=60"] {
            assert_eq!(max_age(&[("cache-control", value)]), None, "{value}");
        }
        assert_eq!(max_age(&[]), None);
    }
}
