//! `doctor` through nginx: it finds nothing where the operator's file is as it should be, and each fault by its name.

use std::{path::Path, process::Stdio, time::Duration};

use notification_bell_tests::{Server, ServerBuilder, within};
use serde_json::Value;

use crate::proxy::Proxy;

/// It waits for a heartbeat, which comes after 25 seconds at the latest.
const LIMIT: Duration = Duration::from_mins(1);

/// What the doctor says, and whether it left with 0.
pub(crate) async fn ask(
    server: &Server,
    url: &str,
    certificate: Option<&Path>,
    watch: &str,
) -> (bool, Value) {
    let mut command = server.installation().command(&["doctor", "--json", "--url", url, "--watch", watch]);
    if let Some(certificate) = certificate {
        command.env("SSL_CERT_FILE", certificate);
    }
    let output = within(LIMIT, "the doctor", command.stdin(Stdio::null()).output()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let json = serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said} {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), json)
}

/// The names of checks that came out like this.
pub(crate) fn named(said: &Value, verdict: &str) -> Vec<String> {
    let checks = said["checks"].as_array().unwrap().iter();
    let checks = checks.filter(|check| check["verdict"] == verdict);
    checks.map(|check| check["check"].as_str().unwrap().to_owned()).collect()
}

async fn wrong(proxy: &Proxy, watch: &str) -> Vec<String> {
    let url = format!("https://localhost:{}", proxy.https.port());
    let (is_well, said) = ask(&proxy.server, &url, Some(&proxy.certificate_file()), watch).await;
    let wrong = named(&said, "wrong");
    assert_eq!(is_well, wrong.is_empty(), "{said:#}");
    assert_eq!(said["ok"], is_well);
    let advised = said["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "wrong");
    assert!(advised.clone().all(|check| check["advice"].is_string()), "what is to be done? {said:#}");
    wrong
}

fn believing() -> ServerBuilder {
    Server::builder().set("BELL_TRUSTED_PROXIES", "127.0.0.1")
}

/// nginx with a change to the operator's file.
async fn behind(changes: &[(&str, &str)]) -> Proxy {
    Proxy::misconfigured(believing(), |file| {
        changes.iter().fold(file.to_owned(), |file, (from, to)| {
            assert!(file.contains(from), "deploy/nginx.conf no longer has {from:?}");
            file.replace(from, to)
        })
    })
    .await
}

#[tokio::test]
async fn nothing_is_wrong_behind_the_operators_file() {
    let proxy = behind(&[]).await;
    let url = format!("https://localhost:{}", proxy.https.port());
    let (is_well, said) = ask(&proxy.server, &url, Some(&proxy.certificate_file()), "28s").await;
    assert!(is_well, "{said:#}");
    assert_eq!(named(&said, "remark"), [""; 0], "{said:#}");
    for check in ["buffering", "delivery", "heartbeat", "cut", "compression", "client address", "clock"] {
        assert!(named(&said, "right").iter().any(|right| right == check), "{check}: {said:#}");
    }
}

#[tokio::test]
async fn buffering_is_named() {
    // What comes in chunks, nginx hands on at once in any case; what comes as HTTP/1.0, it gathers.
    let buffering = ("proxy_buffering off;", "proxy_buffering on;");
    let old = ("proxy_http_version 1.1;", "proxy_http_version 1.0;");
    assert_eq!(wrong(&behind(&[buffering, old]).await, "10s").await, ["http version", "buffering"]);
}

#[tokio::test]
async fn compression_is_named() {
    // The surrounding file has it on for all types.
    assert_eq!(wrong(&behind(&[("    gzip off;", "")]).await, "1s").await, ["compression"]);
}

#[tokio::test]
async fn an_idle_stream_that_is_cut_is_named() {
    let short = ("proxy_read_timeout 5m;", "proxy_read_timeout 2s;");
    assert_eq!(wrong(&behind(&[short]).await, "20s").await, ["cut"]);
}

#[tokio::test]
async fn http_1_0_to_the_server_is_named() {
    let old = ("proxy_http_version 1.1;", "proxy_http_version 1.0;");
    assert_eq!(wrong(&behind(&[old]).await, "1s").await, ["http version", "stream version"]);
}

#[tokio::test]
async fn a_client_address_that_is_not_passed_on_or_not_believed_is_named() {
    let silent = behind(&[
        ("proxy_set_header X-Forwarded-For $remote_addr;", ""),
        ("proxy_set_header Forwarded \"$bell_forwarded_for;proto=$scheme\";", ""),
    ])
    .await;
    assert_eq!(wrong(&silent, "1s").await, ["client address"]);
    let unbelieved = Proxy::misconfigured(Server::builder(), str::to_owned).await;
    assert_eq!(wrong(&unbelieved, "1s").await, ["client address"]);
}

#[tokio::test]
async fn headers_that_the_proxy_adds_or_takes_are_named() {
    let added =
        "add_header Access-Control-Allow-Origin \"*\" always; proxy_hide_header X-Content-Type-Options;";
    let proxy =
        behind(&[("    server_tokens off;\n    access_log", &format!("    {added}\n    access_log"))]).await;
    assert_eq!(wrong(&proxy, "1s").await, ["cors", "headers", "preflight", "stream headers"]);
}

#[tokio::test]
async fn an_api_that_is_not_handed_on_is_named() {
    let lost = ("location /api/v1/ {", "location /api/v2/ {");
    assert_eq!(wrong(&behind(&[lost]).await, "1s").await, ["session"]);
}

#[tokio::test]
async fn metrics_that_strangers_can_read_are_remarked() {
    let open = (
        "    location /v/ {",
        "    location /metrics { proxy_pass http://notification_bell; }\n    location /v/ {",
    );
    let proxy = behind(&[open]).await;
    let url = format!("https://localhost:{}", proxy.https.port());
    let (is_well, said) = ask(&proxy.server, &url, Some(&proxy.certificate_file()), "1s").await;
    assert!(is_well && named(&said, "remark").contains(&"metrics".to_owned()), "{said:#}");
}

#[tokio::test]
async fn another_public_address_than_the_one_used_is_named() {
    let server = Server::start().await;
    let (is_well, said) = ask(&server, &format!("http://{}", server.api().address()), None, "1s").await;
    assert!(!is_well);
    assert_eq!(named(&said, "wrong"), ["public url"], "{said:#}");
}

#[tokio::test]
async fn a_server_with_another_database_is_named() {
    let (ours, theirs) = (Server::start().await, Server::start().await);
    let (_, said) = ask(&ours, &format!("http://{}", theirs.api().address()), None, "1s").await;
    assert_eq!(named(&said, "wrong"), ["session"], "{said:#}");
}

#[tokio::test]
async fn what_the_server_saw_is_told_to_nobody_without_the_master_key() {
    let proxy = behind(&[]).await;
    let proof = proxy.project().proof("user@example.com");
    for asking in ["1", "doctor", &"A".repeat(64)] {
        let request = proxy.session_request(&proxy.client, "user@example.com", &proof);
        let response = request.header("bell-doctor", asking).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers().get("bell-doctor-saw")), (200, None));
    }
}

#[tokio::test]
async fn the_health_check_tells_whether_the_server_is_ready() {
    let mut server = Server::start().await;
    let address = server.api().address().to_string();
    let ask = async |server: &Server| server.installation().run(&["health", "--listen", &address]).await;
    let ready = ask(&server).await;
    assert!(ready.code == 0 && ready.stdout.contains("ready"), "{ready:?}");
    server.stop().await;
    let stopped = ask(&server).await;
    assert!(stopped.code == 1 && stopped.stderr.contains("/readyz"), "{stopped:?}");
}
