//! The `Accept` header (RFC 9110, section 12.5.1), as far as a server with one form of answer needs it.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use crate::error::Error;

/// Whether a client takes an answer of this type. Without a header it takes anything.
#[must_use]
pub fn accepts(headers: &HeaderMap, main_type: &str, sub_type: &str) -> bool {
    let mut ranges = headers.get_all(header::ACCEPT).iter().peekable();
    if ranges.peek().is_none() {
        return true;
    }
    // The most specific range that fits decides, and a quality of 0 rules out.
    ranges
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
            let (range_type, range_sub_type) =
                parts.next()?.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            let specificity = match (range_type.as_str(), range_sub_type.as_str()) {
                ("*", "*") => 0,
                (same, "*") if same == main_type => 1,
                (same, sub) if same == main_type && sub == sub_type => 2,
                _ => return None,
            };
            let quality: f32 = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            Some((specificity, quality > 0.0))
        })
        .max_by_key(|(specificity, _)| *specificity)
        .is_some_and(|(_, wanted)| wanted)
}

/// Refuses requests whose answer, JSON, the client would not take.
///
/// # Errors
/// If it would not.
pub async fn require_json(request: Request, next: Next) -> Result<Response, Error> {
    check(&request)?;
    Ok(next.run(request).await)
}

/// Whether the client would take JSON.
pub(super) fn check(request: &Request) -> Result<(), Error> {
    if accepts(request.headers(), "application", "json") {
        Ok(())
    } else {
        Err(Error::NotAcceptable("application/json"))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::accepts;

    fn takes_a_stream(accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        accepts(&headers, "text", "event-stream")
    }

    #[test]
    fn the_most_specific_range_decides() {
        assert!(accepts(&HeaderMap::new(), "text", "event-stream"));
        for accept in
            ["text/event-stream", "*/*", "text/*;q=0.1", "TEXT/Event-Stream", "text/html, */*;q=0.1"]
        {
            assert!(takes_a_stream(accept), "{accept}");
        }
        for accept in
            ["application/json", "text/html", "*/*, text/event-stream;q=0", "text/*;q=0, */*", "", "nonsense"]
        {
            assert!(!takes_a_stream(accept), "{accept}");
        }
    }
}
