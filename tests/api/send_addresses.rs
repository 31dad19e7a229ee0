//! `POST /notifications`: which addresses a notification may carry.

use notification_bell_tests::{Server, assert_problem, pointers};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

/// A notification with this address at this place.
fn body_with(pointer: &str, address: &str) -> Value {
    let mut body = json!({
        "to": {"users": [USER]}, "title": "Hello", "url": null, "icon": null, "image": null,
        "actions": [{"id": "open", "label": "Open", "url": null}],
    });
    *body.pointer_mut(pointer).unwrap() = json!(address);
    body
}

/// What no address may be.
const NOWHERE: [&str; 24] = [
    "",
    " ",
    "relative",
    "./relative",
    "?query",
    "#fragment",
    "//other.example/x",
    "///other.example/x",
    "/\\other.example",
    "\\\\other.example",
    "https:\\\\other.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "\u{1}javascript:alert(1)",
    " javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "blob:https://site.example/1",
    "file:///etc/passwd",
    "https://user@site.example/",
    "https://user:word@site.example/",
    "https://",
    "/path\u{0}",
];

#[tokio::test]
async fn an_address_that_runs_a_script_or_leads_astray_is_refused_everywhere() {
    let server = Server::start().await;
    for pointer in ["/url", "/icon", "/image", "/actions/0/url"] {
        for address in NOWHERE {
            let reply = server.send(&body_with(pointer, address)).await;
            assert_eq!(reply.status, 422, "{pointer} {address:?}: {}", reply.text());
            let problem = assert_problem(&reply, 422, "validation_failed");
            assert_eq!(pointers(&problem), [pointer], "{address:?}");
        }
    }
}

#[tokio::test]
async fn a_link_may_lead_to_a_site_a_mailbox_or_a_phone() {
    let server = Server::start().await;
    for pointer in ["/url", "/actions/0/url"] {
        for address in [
            "/",
            "/invoices/7?tab=1#top",
            "https://site.example",
            "http://site.example/x",
            "HTTPS://SITE.example/X",
            "https://bücher.example/ü",
            "https://[::1]:8080/",
            "mailto:support@example.com?subject=Hello",
            "tel:+4930123456",
        ] {
            let reply = server.send(&body_with(pointer, address)).await;
            assert_eq!(reply.status, 201, "{pointer} {address:?}: {}", reply.text());
            let inbox = server.session(USER).await.inbox("?limit=1").await;
            let kept = inbox["items"][0].pointer(pointer).unwrap();
            assert_eq!(kept, &json!(address), "it is kept as it was sent");
        }
    }
}

#[tokio::test]
async fn a_picture_comes_over_https_or_from_the_site_or_from_loopback() {
    let server = Server::start().await;
    for pointer in ["/icon", "/image"] {
        for (address, status) in [
            ("https://site.example/a.png", 201),
            ("/a.png", 201),
            ("http://localhost:3001/a.png", 201),
            ("http://127.0.0.1/a.png", 201),
            ("http://[::1]:8080/a.png", 201),
            ("http://site.example/a.png", 422),
            ("http://localhost.attacker.example/a.png", 422),
            ("http://127.0.0.1.attacker.example/a.png", 422),
            ("mailto:support@example.com", 422),
            ("tel:+4930123456", 422),
        ] {
            let reply = server.send(&body_with(pointer, address)).await;
            assert_eq!(reply.status, status, "{pointer} {address}: {}", reply.text());
        }
    }
}
