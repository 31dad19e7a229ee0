//! Bodies that are too large, no JSON, or not declared as such.

use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const USER: &str = "user@example.com";

fn post(server: &Server, body: impl Into<reqwest::Body>) -> RequestBuilder {
    server.api().v1(Method::POST, "/notifications").bearer_auth(&server.project().backend_key).body(body)
}

fn post_json(server: &Server, body: impl Into<reqwest::Body>) -> RequestBuilder {
    post(server, body).header("content-type", "application/json")
}

fn right_body() -> String {
    json!({"to": {"users": [USER]}, "title": "Hello"}).to_string()
}

/// A right body that white space makes this many bytes long.
fn padded(bytes: usize) -> String {
    let body = right_body();
    format!("{body}{}", " ".repeat(bytes - body.len()))
}

#[tokio::test]
async fn a_send_may_be_64_kib_long_and_no_longer() {
    let server = Server::start().await;
    let _ = Reply::to(post_json(&server, padded(64 * 1024))).await.expect(201);
    assert_problem(&Reply::to(post_json(&server, padded(64 * 1024 + 1))).await, 413, "body_too_large");
}

#[tokio::test]
async fn the_sender_of_a_body_far_too_large_can_read_the_refusal() {
    // A server that closes at once, with the body still coming, resets the connection before its answer is read.
    let server = Server::start().await;
    for _ in 0..40 {
        assert_problem(&Reply::to(post_json(&server, padded(4 << 20))).await, 413, "body_too_large");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_as_it_comes() {
    let server = Server::start().await;
    let pieces = (0..65).map(|_| Ok::<_, std::io::Error>(" ".repeat(1024)));
    let endless = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    assert_problem(&Reply::to(post_json(&server, endless)).await, 413, "body_too_large");
}

#[tokio::test]
async fn a_session_body_may_be_8_kib_long_and_no_longer() {
    let server = Server::start().await;
    let project = server.project();
    let body =
        json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER)}).to_string();
    for (bytes, status) in [(8 * 1024, 200), (8 * 1024 + 1, 413)] {
        let text = format!("{body}{}", " ".repeat(bytes - body.len()));
        let request = server.api().v1(Method::POST, "/session").header("content-type", "application/json");
        let reply = Reply::to(request.body(text)).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        if status == 413 {
            assert_problem(&reply, 413, "body_too_large");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let server = Server::start().await;
    assert_problem(&Reply::to(post(&server, right_body())).await, 415, "unsupported_media_type");
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/xml",
        "json",
        "*/*",
    ] {
        let reply = Reply::to(post(&server, right_body()).header("content-type", content_type)).await;
        assert_eq!(reply.status, 415, "{content_type}: {}", reply.text());
        assert_problem(&reply, 415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn an_encoded_body_is_refused() {
    let server = Server::start().await;
    for encoding in ["gzip", "br", "deflate", "zstd", "x"] {
        let request = post_json(&server, right_body()).header("content-encoding", encoding);
        assert_problem(&Reply::to(request).await, 415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let server = Server::start().await;
    let right = right_body();
    let malformed: [(&str, Vec<u8>); 16] = [
        ("empty", Vec::new()),
        ("white space", b"  \n".to_vec()),
        ("cut off", right.as_bytes()[..right.len() - 1].to_vec()),
        ("trailing data", format!("{right}{right}").into()),
        ("trailing comma", right.replace('}', ",}").into()),
        ("byte order mark", format!("\u{feff}{right}").into()),
        ("single quotes", right.replace('"', "'").into()),
        ("comment", format!("/* */{right}").into()),
        ("invalid UTF-8", [&right.as_bytes()[..10], b"\xff\xfe", &right.as_bytes()[10..]].concat()),
        ("invalid UTF-8 in a string", b"{\"to\":{\"users\":[\"u\"]},\"title\":\"\xc3\x28\"}".to_vec()),
        ("unpaired surrogate", br#"{"to":{"users":["u"]},"title":"\ud800"}"#.to_vec()),
        ("control character", b"{\"to\":{\"users\":[\"u\"]},\"title\":\"a\nb\"}".to_vec()),
        ("not a number", br#"{"to":{"users":["u"]},"title":"x","data":NaN}"#.to_vec()),
        ("number out of range", br#"{"to":{"users":["u"]},"title":"x","data":1e999}"#.to_vec()),
        ("UTF-16", right.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a form", b"title=Hello".to_vec()),
    ];
    for (fault, body) in malformed {
        let reply = Reply::to(post_json(&server, body)).await;
        assert_eq!(reply.status, 400, "{fault}: {}", reply.text());
        let problem = assert_problem(&reply, 400, "malformed_json");
        assert!(problem["detail"].is_string(), "{fault}");
    }
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused() {
    let server = Server::start().await;
    for body in [
        r#"{"to":{"users":["u"]},"title":"a","title":"b"}"#,
        r#"{"to":{"users":["u"]},"to":{"users":["v"]},"title":"a"}"#,
        r#"{"to":{"users":["u"],"users":["v"]},"title":"a"}"#,
        r#"{"to":{"users":["u"]},"title":"a","title":"a"}"#,
        r#"{"to":{"users":["u"]},"title":"a","ti\u0074le":"b"}"#,
        r#"{"to":{"users":["u"]},"title":"a","data":{"x":1,"x":2}}"#,
        r#"{"to":{"users":["u"]},"title":"a","data":[{"deep":{"x":1,"x":2}}]}"#,
    ] {
        let reply = Reply::to(post_json(&server, body)).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_problem(&reply, 400, "malformed_json");
    }
}

#[tokio::test]
async fn json_may_be_32_deep_and_no_deeper() {
    let server = Server::start().await;
    // The body itself is the first level.
    let nested = |levels: usize| {
        format!(
            r#"{{"to":{{"users":["u"]}},"title":"x","data":{}{}}}"#,
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    let _ = Reply::to(post_json(&server, nested(32))).await.expect(201);
    for levels in [33, 100, 1_000, 30_000] {
        assert_problem(&Reply::to(post_json(&server, nested(levels))).await, 400, "malformed_json");
    }
    assert_problem(&Reply::to(post_json(&server, "[".repeat(60_000))).await, 400, "malformed_json");
}

#[tokio::test]
async fn every_endpoint_with_a_body_is_as_strict() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    for (method, path) in [
        (Method::POST, "/session".to_owned()),
        (Method::POST, "/inbox/mark".to_owned()),
        (Method::PATCH, format!("/inbox/{id}")),
    ] {
        let call = || session.call(method.clone(), &path);
        let cases = [
            (call().body("{}"), 415, "unsupported_media_type"),
            (
                call()
                    .header("content-type", "application/json")
                    .header("content-encoding", "gzip")
                    .body("{}"),
                415,
                "unsupported_media_type",
            ),
            (call().header("content-type", "application/json").body("{"), 400, "malformed_json"),
            (
                call().header("content-type", "application/json").body(vec![b'"', 0xff, b'"']),
                400,
                "malformed_json",
            ),
            (
                call().header("content-type", "application/json").body("[".repeat(5_000)),
                400,
                "malformed_json",
            ),
            (
                call().header("content-type", "application/json").body(" ".repeat(128 << 10)),
                413,
                "body_too_large",
            ),
        ];
        for (request, status, code) in cases {
            let reply = Reply::to(request).await;
            assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
            assert_problem(&reply, status, code);
        }
    }
}
