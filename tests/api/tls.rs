//! TLS with the operator's certificate, and HTTP/2 with it.

use std::{fs, path::PathBuf, process::Output};

use notification_bell_tests::{ANSWER_LIMIT, EventStream, Reply, Server, eventually, within};
use reqwest::{Certificate, Client, Version};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

/// A server that speaks https, and the certificate to trust.
struct SecureServer {
    address: String,
    certificate: Certificate,
    _process: Child,
    plain: Server,
}

impl SecureServer {
    async fn start() -> Self {
        let plain = Server::start().await;
        let folder = plain.installation().path().to_owned();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key): (PathBuf, PathBuf) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut command = plain.installation().command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("BELL_TLS_CERT", &certificate).env("BELL_TLS_KEY", &key);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = within(ANSWER_LIMIT, "the first line", lines.next_line()).await.unwrap().unwrap();
        let port = line.strip_prefix("listening on https://127.0.0.1:").unwrap();
        Self {
            address: format!("https://localhost:{port}"),
            certificate: Certificate::from_pem(made.cert.pem().as_bytes()).unwrap(),
            _process: process,
            plain,
        }
    }

    fn client(&self) -> reqwest::ClientBuilder {
        Client::builder().tls_certs_only([self.certificate.clone()])
    }
}

#[tokio::test]
async fn a_browser_and_the_server_agree_on_http_2() {
    let server = SecureServer::start().await;
    let client = server.client().build().unwrap();
    let ready = client.get(format!("{}/readyz", server.address)).send().await.unwrap();
    assert_eq!((ready.status().as_u16(), ready.version()), (200, Version::HTTP_2));
}

#[tokio::test]
async fn a_client_of_http_1_is_served_as_well() {
    let server = SecureServer::start().await;
    let client = server.client().http1_only().build().unwrap();
    let ready = client.get(format!("{}/readyz", server.address)).send().await.unwrap();
    assert_eq!((ready.status().as_u16(), ready.version()), (200, Version::HTTP_11));
}

#[tokio::test]
async fn a_stream_goes_over_tls_in_either_version() {
    let server = SecureServer::start().await;
    let session = server.plain.session("user@example.com").await;
    for client in [server.client().build().unwrap(), server.client().http1_only().build().unwrap()] {
        let request =
            client.get(format!("{}/api/v1/inbox/stream", server.address)).bearer_auth(&session.token);
        let mut stream = EventStream::open(request).await;
        stream.sync().await;
        // The other process hears of it within a second.
        let id = server.plain.notify("user@example.com", "Hello").await;
        assert_eq!(stream.changed_ids(1).await, [id]);
        let metrics = client.get(format!("{}/metrics", server.address));
        let open = async |number: u32| {
            let reply = Reply::to(metrics.try_clone().unwrap()).await;
            reply.text().lines().any(|line| line == format!("bell_streams_open {number}")).then_some(())
        };
        open(1).await.expect("it is open");
        drop(stream);
        eventually(ANSWER_LIMIT, "a free seat", async || open(0).await).await;
    }
}

#[tokio::test]
async fn plain_http_gets_no_answer_where_https_is_spoken() {
    let server = SecureServer::start().await;
    let plain = server.address.replace("https", "http");
    assert!(within(ANSWER_LIMIT, "an end", reqwest::get(format!("{plain}/readyz"))).await.is_err());
}

#[tokio::test]
async fn files_that_are_no_certificate_and_key_are_named() {
    let server = Server::start().await;
    let nonsense = server.installation().path().join("nonsense.pem");
    fs::write(&nonsense, "nonsense").unwrap();
    let run = async |certificate: &str, key: &str| -> Output {
        let mut command = server.installation().command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("BELL_TLS_CERT", certificate).env("BELL_TLS_KEY", key);
        within(ANSWER_LIMIT, "the end", command.output()).await.unwrap()
    };
    let path = nonsense.to_str().unwrap();
    for (certificate, key, code) in [(path, path, 1), ("nowhere.pem", path, 1), (path, "", 2)] {
        let output = run(certificate, key).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(if code == 2 { "tls_key" } else { certificate }), "{said}");
    }
}
