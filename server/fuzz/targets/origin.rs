//! An entry of a project's list lets in the pages that it names and no others. Two lines: the entry, an origin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notification_bell_server::auth::origin::{AllowedOrigin, allows};
use url::Url;

fuzz_target!(|text: &str| {
    let (entry, origin) = text.split_once('\n').unwrap_or((text, text));
    assert!(!allows(&[], "null"));
    let Ok(allowed) = entry.parse::<AllowedOrigin>() else { return };
    assert_eq!(allowed.to_string(), entry, "an entry is kept to the letter");
    let list = [allowed];
    assert!(!allows(&list, "null"));
    match entry.split_once("://*.") {
        None => {
            assert!(allows(&list, entry));
            assert_eq!(allows(&list, origin), origin == entry);
        }
        Some((scheme, rest)) => {
            assert!(allows(&list, &format!("{scheme}://shop.{rest}")));
            assert!(!allows(&list, &format!("{scheme}://{rest}")));
            assert!(!allows(&list, &format!("{scheme}://a.b.{rest}")));
            assert!(!allows(&list, &format!("{scheme}://evil{rest}")));
            check_wildcard(&list, scheme, rest, origin);
        }
    }
});

/// Of the origins that a browser can send, which the parser writes as they are, one label more and nothing else.
fn check_wildcard(list: &[AllowedOrigin], scheme: &str, rest: &str, origin: &str) {
    let Ok(url) = Url::parse(origin) else { return };
    if url.origin().ascii_serialization() != origin || !allows(list, origin) {
        return;
    }
    let parent = Url::parse(&format!("{scheme}://{rest}")).expect("the rest of an entry is an origin's");
    assert_eq!((url.scheme(), url.port()), (parent.scheme(), parent.port()));
    let host = url.host_str().expect("an origin has a host");
    let (label, above) = host.split_once('.').expect("the wildcard stands for a label");
    assert!(!label.is_empty());
    assert_eq!(Some(above), parent.host_str());
}
