//! What answers say of who handed them on.

use reqwest::{
    Response, Url, Version,
    header::{HeaderMap, HeaderName},
};

use super::finding::Finding;
use crate::outbound::chain;

/// Nobody answered.
pub(super) fn unreachable(base: &Url, error: &reqwest::Error) -> Finding {
    let advice = if error.is_timeout() {
        "something accepts connections and does not answer: look at the proxy's log, and whether the server runs"
    } else if base.scheme() == "https" {
        "look at the name, the port and the certificate, which has to be trusted by this machine too (SSL_CERT_FILE)"
    } else {
        "look at the name and the port"
    };
    Finding::wrong("reached", format!("{base} does not answer: {}", chain(error)), advice)
}

/// Somebody answered, with something else.
pub(super) fn no_session(status: u16, location: Option<&str>, text: &str) -> Finding {
    let problem: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let code = problem.as_ref().and_then(|problem| problem["code"].as_str());
    let (found, advice) = match (status, location, code) {
        (300..400, Some(location), _) => (
            format!("{status}: redirected to {location}"),
            "use that address, in pages too: a POST that is redirected is lost. If it leads back here, the proxy asks the \
             server in the wrong scheme",
        ),
        (_, _, Some("unknown_api_key" | "invalid_user_hmac" | "user_hmac_expired")) => (
            format!("{status} {}", code.unwrap_or_default()),
            "the server behind this address has another database than this command (--config, BELL_DATABASE), or another \
             clock",
        ),
        (_, _, Some("origin_not_allowed")) => (
            "403 origin_not_allowed".to_owned(),
            "the proxy changes the header Origin, or the project's origins were changed meanwhile",
        ),
        (502..=504, _, None) => (
            format!("{status} from the proxy"),
            "the proxy does not reach the server: look at its address for it, and at /readyz",
        ),
        (_, _, None) => (
            format!("{status}, and not from this server"),
            "the proxy does not hand /api/v1/ on as it is: compare it with the files in deploy/",
        ),
        (_, _, Some(code)) => (format!("{status} {code}"), "see docs/API.md for this code"),
    };
    Finding::wrong("session", found, advice)
}

/// The headers of the answer that opened the session.
pub(super) fn headers_of_session(page: &str, headers: &HeaderMap) -> Vec<Finding> {
    vec![
        cors("cors", page, headers),
        kept("headers", headers, &[("cache-control", "no-store"), ("x-content-type-options", "nosniff")]),
    ]
}

/// The headers of a stream.
pub(super) fn headers_of_stream(headers: &HeaderMap) -> Finding {
    let wanted = [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ];
    kept("stream headers", headers, &wanted)
}

fn kept(check: &'static str, headers: &HeaderMap, wanted: &[(&'static str, &'static str)]) -> Finding {
    let is_kept = |(name, value): &&(&'static str, &'static str)| {
        let mut values = headers.get_all(*name).iter();
        values.next().is_some_and(|first| first.to_str().is_ok_and(|first| first.starts_with(value)))
            && values.next().is_none()
    };
    let lost: Vec<&str> = wanted.iter().filter(|one| !is_kept(one)).map(|(name, _)| *name).collect();
    if lost.is_empty() {
        return Finding::right(check, "as the server sent them");
    }
    let found = format!("dropped, changed or sent twice: {}", lost.join(", "));
    Finding::wrong(check, found, "have the proxy leave the server's headers alone, and add none of these")
}

/// An answer that is compressed although the server does not.
pub(super) fn compression(headers: &HeaderMap) -> Finding {
    let advice = "switch compression off for text/event-stream and for /api/v1/ (nginx: gzip off;): it holds events back, and \
                  the size of an answer tells of what is in it";
    match headers.get("content-encoding").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    {
        None => Finding::right("compression", "the stream is not compressed"),
        Some(encoding) => {
            Finding::wrong("compression", format!("the stream is compressed ({encoding})"), advice)
        }
    }
}

/// What a page of another origin needs.
fn cors(check: &'static str, page: &str, headers: &HeaderMap) -> Finding {
    const ALLOW_ORIGIN: HeaderName = HeaderName::from_static("access-control-allow-origin");
    let allowed: Vec<_> =
        headers.get_all(ALLOW_ORIGIN).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let advice = "have the proxy add no CORS headers of its own, and pass Origin and the server's on";
    match allowed[..] {
        [one] if one == page || one == "*" => {
            Finding::right(check, format!("pages of {page} may read the answer"))
        }
        [] => Finding::wrong(
            check,
            "Access-Control-Allow-Origin is missing: browsers refuse the answer",
            advice,
        ),
        [other] => Finding::wrong(
            check,
            format!("pages of {page} may not read the answer, those of {other} may"),
            advice,
        ),
        _ => Finding::wrong(
            check,
            "Access-Control-Allow-Origin comes twice: browsers refuse the answer",
            advice,
        ),
    }
}

/// The question that browsers ask before they open a stream with a token.
pub(super) fn preflight(page: &str, response: Option<&Response>) -> Finding {
    const CHECK: &str = "preflight";
    let Some(response) = response else {
        return Finding::wrong(
            CHECK,
            "OPTIONS is not answered",
            "have the proxy hand OPTIONS on to the server",
        );
    };
    let headers = response.headers();
    let list =
        headers.get("access-control-allow-headers").and_then(|list| list.to_str().ok()).unwrap_or_default();
    let list = list.to_ascii_lowercase();
    let allows_token = list.contains("authorization");
    if response.status().is_success() && allows_token {
        return cors(CHECK, page, headers);
    }
    let found = format!("{}: a browser may not send its token", response.status());
    Finding::wrong(CHECK, found, "have the proxy hand OPTIONS on to the server, and answer it not by itself")
}

/// How many streams a browser can have.
pub(super) fn protocol(base: &Url, version: Version) -> Finding {
    let found = format!("browsers are offered {version:?}");
    if base.scheme() == "http" {
        let is_local =
            base.host_str().is_some_and(|host| host == "localhost" || host == "127.0.0.1" || host == "[::1]");
        let advice = "use https: tokens and notifications can be read on the way";
        return Finding::judged("protocol", is_local, format!("{found} without encryption"), advice);
    }
    if version >= Version::HTTP_2 {
        return Finding::right("protocol", found);
    }
    let advice = "switch HTTP/2 on (nginx: listen … http2): a browser opens six connections to a host, and streams take them";
    Finding::remark("protocol", found, advice)
}

/// What is for the operator alone.
pub(super) fn metrics(text: &str) -> Finding {
    let is_shown = text.contains("bell_streams_open");
    let found =
        if is_shown { "/metrics can be read by everybody" } else { "/metrics is not there for strangers" };
    let finding =
        if is_shown { Finding::remark } else { |check, found: &str, _| Finding::right(check, found) };
    finding("metrics", found, "hand on what the files in deploy/ do, and nothing else")
}
