//! What is between the two: by what the server says that it saw of the request.

use std::time::Duration;

use notification_bell_protocol::Timestamp;
use reqwest::Url;

use super::finding::Finding;
use crate::edge::doctor::Saw;

/// Nodes may differ by less than this: it is what session tokens allow.
const CLOCK_TOLERANCE_MS: u64 = 5_000;

/// What there is to say of the way of a request; little, if the server does not say what it saw.
pub(super) fn about(
    base: &Url,
    is_local: bool,
    saw: Option<&Saw>,
    now: Timestamp,
    took: Duration,
) -> Vec<Finding> {
    let Some(saw) = saw else {
        return vec![Finding::wrong(
            "same server",
            "the server did not say what it saw of the request",
            "it has another master key than this command, or is an older version, or the proxy drops the headers \
             Bell-Doctor and Bell-Doctor-Saw",
        )];
    };
    vec![
        clock(saw, now, took),
        public_url(base, saw),
        client(base, is_local, saw),
        version("http version", saw),
    ]
}

fn clock(saw: &Saw, now: Timestamp, took: Duration) -> Finding {
    // Somewhere within the exchange, which took that long.
    let half_ms = i64::try_from(took.as_millis() / 2).unwrap_or(0);
    let apart_ms = (now.unix_ms() - half_ms - saw.now_ms).unsigned_abs();
    let found = format!(
        "the server's and this machine's are {:.1} s apart",
        Duration::from_millis(apart_ms).as_secs_f64()
    );
    let advice = "set both by NTP: sessions and proofs are only valid within their time";
    Finding::judged("clock", apart_ms <= CLOCK_TOLERANCE_MS, found, advice)
}

fn public_url(base: &Url, saw: &Saw) -> Finding {
    let same = Url::parse(&saw.public_url).is_ok_and(|public| public.origin() == base.origin());
    let shown = base.origin().ascii_serialization();
    let found = format!("the server takes {} for its address", saw.public_url);
    let advice = format!(
        "set BELL_PUBLIC_URL={shown}, if that is what browsers use: behind a proxy that speaks https, the server cannot know"
    );
    Finding::judged("public url", same, found, advice)
}

/// Whose failures are counted as whose. On this machine everybody has the same address.
fn client(base: &Url, is_local: bool, saw: &Saw) -> Finding {
    let Saw { peer, client, .. } = saw;
    let check = "client address";
    let advice = format!(
        "have the proxy send X-Forwarded-For or Forwarded with the address that connected to it, and set \
         BELL_TRUSTED_PROXIES={peer}"
    );
    if saw.is_client_named && !saw.is_peer_trusted {
        let found =
            format!("{peer} names the client and is not believed: limits count everybody as {client}");
        return Finding::wrong(
            check,
            found,
            format!("set BELL_TRUSTED_PROXIES={peer}, if that is your proxy"),
        );
    }
    if saw.is_client_named && client == peer && !is_local {
        let found = format!("{peer} names itself, or names two clients: limits count everybody as {client}");
        return Finding::wrong(check, found, advice);
    }
    // The server itself speaks no https where somebody else does it for it, and then this is not its peer.
    if !saw.is_client_named
        && (saw.is_peer_trusted || (base.scheme() == "https" && peer.is_loopback() && !is_local))
    {
        let found = format!("the proxy {peer} does not name the client: limits count everybody as one");
        return Finding::wrong(check, found, advice);
    }
    let how = if saw.is_client_named { format!("as {peer} says") } else { "as it connected".to_owned() };
    Finding::right(check, format!("this command is counted as {client}, {how}"))
}

/// By which version the server was asked.
pub(super) fn version(check: &'static str, saw: &Saw) -> Finding {
    Finding::judged(
        check,
        saw.version != "HTTP/1.0",
        format!("the server is asked by {}", saw.version),
        "have the proxy speak HTTP/1.1 to the server (nginx: proxy_http_version 1.1; proxy_set_header Connection \"\";): \
         1.0 makes a new connection for each request, and has no chunks",
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use notification_bell_protocol::Timestamp;
    use reqwest::Url;

    use super::about;
    use crate::edge::doctor::Saw;

    const NOW: i64 = 1_800_000_000_000;

    fn saw() -> Saw {
        Saw {
            version: "HTTP/1.1".to_owned(),
            peer: "10.0.0.2".parse().unwrap(),
            client: "198.51.100.7".parse().unwrap(),
            is_peer_trusted: true,
            is_client_named: true,
            now_ms: NOW,
            public_url: "https://bell.example".to_owned(),
        }
    }

    fn wrong(saw: &Saw) -> Vec<String> {
        let base = Url::parse("https://bell.example").unwrap();
        let findings =
            about(&base, false, Some(saw), Timestamp::from_unix_ms(NOW), Duration::from_millis(20));
        let wrong = findings.iter().filter(|finding| finding.is_wrong());
        wrong.map(|finding| finding.to_json()["check"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_way_that_is_right_is_said_to_be() {
        assert_eq!(wrong(&saw()), [""; 0]);
        let direct = Saw {
            is_client_named: false,
            is_peer_trusted: false,
            peer: "198.51.100.7".parse().unwrap(),
            ..saw()
        };
        assert_eq!(wrong(&direct), [""; 0]);
    }

    #[test]
    fn a_client_address_that_is_not_passed_on_is_named() {
        let peer = saw().peer;
        for silent in [
            Saw { is_client_named: false, client: peer, ..saw() },
            Saw { is_peer_trusted: false, client: peer, ..saw() },
            Saw { client: peer, ..saw() },
        ] {
            assert_eq!(wrong(&silent), ["client address"], "{silent:?}");
        }
    }

    #[test]
    fn a_clock_a_scheme_and_an_old_version_are_named() {
        assert_eq!(wrong(&Saw { now_ms: NOW - 6_000, ..saw() }), ["clock"]);
        assert_eq!(wrong(&Saw { now_ms: NOW + 90_000, ..saw() }), ["clock"]);
        assert_eq!(wrong(&Saw { public_url: "http://bell.example".to_owned(), ..saw() }), ["public url"]);
        assert_eq!(wrong(&Saw { version: "HTTP/1.0".to_owned(), ..saw() }), ["http version"]);
    }
}
