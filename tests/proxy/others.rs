//! `HAProxy` and Caddy with the files in `deploy/`: streams pass unhindered, and what is for the operator is not there.

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use notification_bell_tests::{EventStream, Reply, Server, eventually, within};
use reqwest::{Certificate, Client, Method, RequestBuilder, redirect};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{
    doctor::{ask, named},
    files::leave_out,
    several::Pair,
};

const LIMIT: Duration = Duration::from_secs(30);
const USER: &str = "user@example.com";

/// A proxy that there is a file for.
#[derive(Clone, Copy, Debug)]
enum Kind {
    HaProxy,
    Caddy,
}

impl Kind {
    /// The program, if it is there. Where everything is tested it has to be.
    fn program(self) -> Option<PathBuf> {
        let (name, variable) = match self {
            Self::HaProxy => ("haproxy", "BELL_HAPROXY"),
            Self::Caddy => ("caddy", "BELL_CADDY"),
        };
        let path = env::var_os("PATH").unwrap_or_default();
        let mut usual =
            env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).map(|folder| folder.join(name));
        let found =
            env::var_os(variable).map(PathBuf::from).or_else(|| usual.find(|program| program.is_file()));
        if found.is_none() {
            assert!(env::var_os("CI").is_none(), "there is no {name}: install it, or name it in {variable}");
            leave_out(&format!("there is no {name} (Debian: apt-get install {name})"));
        }
        found
    }

    /// The operator's file with the names and places of a test: one server, or two.
    fn file(
        self,
        folder: &Path,
        [https, http]: [SocketAddr; 2],
        servers: &[SocketAddr],
    ) -> (&'static str, String) {
        let address = https.ip();
        let certificate = folder.join("both.pem").display().to_string();
        let (name, file, changes) = match self {
            Self::HaProxy => (
                "haproxy.cfg",
                include_str!("../../deploy/haproxy.cfg"),
                vec![
                    ("bind :80\n", format!("bind {http}\n")),
                    (
                        "bind :443 ssl crt /etc/haproxy/bell.example.pem",
                        format!("bind {https} ssl crt {certificate}"),
                    ),
                    ("server bell-1 127.0.0.1:3001", format!("server bell-1 {}", servers[0])),
                    (
                        "# server bell-2 10.0.0.12:3001",
                        servers.get(1).map_or_else(String::new, |other| format!("server bell-2 {other}")),
                    ),
                    // What a test may open is less.
                    ("maxconn 100000", "maxconn 500".to_owned()),
                ],
            ),
            Self::Caddy => (
                "Caddyfile",
                include_str!("../../deploy/Caddyfile"),
                vec![
                    (
                        "{\n\tservers",
                        format!("{{\n\tadmin off\n\tstorage file_system {}\n\tservers", folder.display()),
                    ),
                    ("http://bell.example {", format!("http://{http} {{\n\tbind {address}")),
                    (
                        "https://bell.example {",
                        format!("https://{https} {{\n\tbind {address}\n\ttls {certificate} {certificate}"),
                    ),
                    (
                        "reverse_proxy 127.0.0.1:3001 {",
                        servers
                            .iter()
                            .fold("reverse_proxy".to_owned(), |line, server| format!("{line} {server}"))
                            + " {",
                    ),
                ],
            ),
        };
        let adapt = |file: String, (from, to): (&str, String)| {
            assert!(file.contains(from), "deploy/{name} no longer has {from:?}");
            file.replacen(from, &to, 1)
        };
        (name, changes.into_iter().fold(file.to_owned(), adapt))
    }

    fn command(self, program: &Path, file: &Path, only_check: bool) -> Command {
        let mut command = Command::new(program);
        let file = file.display().to_string();
        match (self, only_check) {
            (Self::HaProxy, true) => command.args(["-c", "-f", &file]),
            (Self::HaProxy, false) => command.args(["-db", "-f", &file]),
            (Self::Caddy, _) => {
                let what = if only_check { "validate" } else { "run" };
                command.args([what, "--adapter", "caddyfile", "--config", &file])
            }
        };
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// A proxy that runs.
struct Running {
    client: Client,
    https: SocketAddr,
    http: SocketAddr,
    folder: TempDir,
    _process: Child,
}

/// An address that no other process uses: on Linux, all of 127.0.0.0/8 is this machine.
pub(crate) fn own_address() -> Ipv4Addr {
    // Process ids are below 2^22.
    let [_, high, middle, low] = (process::id() << 2).to_be_bytes();
    // Away from 127.0.0.1, which everybody uses.
    Ipv4Addr::new(127, high ^ 64, middle, low)
}

/// Where no other test is, for https and for http.
fn own_places() -> [SocketAddr; 2] {
    static NUMBER: AtomicU16 = AtomicU16::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    [8_443, 8_080].map(|port| SocketAddr::from((own_address(), port + number)))
}

impl Running {
    /// In front of these; none if there is no such proxy here.
    async fn start(kind: Kind, [https, http]: [SocketAddr; 2], servers: &[SocketAddr]) -> Option<Self> {
        let program = kind.program()?;
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed([https.ip().to_string()]).unwrap();
        let both = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
        fs::write(folder.path().join("both.pem"), both).unwrap();
        fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
        let (name, text) = kind.file(folder.path(), [https, http], servers);
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let checked =
            within(LIMIT, "a check", kind.command(&program, &file, true).env("HOME", folder.path()).output());
        let checked = checked.await.unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = kind.command(&program, &file, false);
        let process =
            command.env("HOME", folder.path()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        eventually(LIMIT, format!("{kind:?}"), async || TcpStream::connect(https).ok().map(drop)).await;
        let certificate = Certificate::from_der(made.cert.der()).unwrap();
        let client = Client::builder()
            .tls_certs_only([certificate])
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let running = Self { client, https, http, folder, _process: process };
        // HAProxy asks first whether the server is ready.
        eventually(LIMIT, "the server behind it", async || {
            let answer = running.request(Method::GET, "/notification-bell.js").send().await.ok()?;
            (answer.status().as_u16() < 500).then_some(())
        })
        .await;
        Some(running)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("https://{}{path}", self.https))
    }
}

async fn streams_pass(kind: Kind) {
    let places = own_places();
    let server = Server::builder()
        .set("BELL_TRUSTED_PROXIES", "127.0.0.1")
        .set("BELL_PUBLIC_URL", &format!("https://{}", places[0]))
        .start()
        .await;
    let Some(proxy) = Running::start(kind, places, &[server.api().address()]).await else { return };
    let certificate = proxy.folder.path().join("certificate.pem");
    let url = format!("https://{}", proxy.https);
    let (is_well, said) = ask(&server, &url, Some(&certificate), "2s").await;
    assert!(is_well, "{kind:?}: {said:#}");
    assert_eq!(named(&said, "remark"), ["heartbeat"], "{said:#}");

    let session = server.session(USER).await;
    let stream = || {
        let request = proxy.request(Method::GET, "/api/v1/inbox/stream").bearer_auth(&session.token);
        EventStream::open(request.header("accept", "text/event-stream"))
    };
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = stream().await;
        stream.sync().await;
        streams.push(stream);
    }
    let id = server.notify(USER, "Hello").await;
    assert_eq!(streams[0].changed_ids(1).await, [id]);
    // Left by their clients, they end at the server too: else there would soon be no more for this user.
    drop(streams);
    eventually(LIMIT, "the end of the streams", async || {
        let metrics = Reply::to(server.api().request(Method::GET, "/metrics")).await;
        metrics.text().lines().any(|line| line == "bell_streams_open 0").then_some(())
    })
    .await;
    for path in ["/metrics", "/readyz", "/healthz", "/", "/v/../metrics", "/%6detrics", "/v/..%2fmetrics"] {
        let (status, text) = answer(proxy.request(Method::GET, path)).await;
        assert!(status == 404 && !text.contains("bell_"), "{kind:?} {path}: {status}");
    }
    let plain = format!("http://{}/api/v1/notifications", proxy.http);
    let (status, _) = answer(proxy.client.post(plain).json(&json!({}))).await;
    assert_eq!(status, 403, "{kind:?}: a key was sent in the clear");
}

/// An answer that may be the proxy's own, which the description of the API does not know.
async fn answer(request: RequestBuilder) -> (u16, String) {
    let response = within(LIMIT, "an answer", request.send()).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn streams_pass_haproxy() {
    streams_pass(Kind::HaProxy).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn streams_pass_caddy() {
    streams_pass(Kind::Caddy).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn while_two_servers_restart_one_after_the_other_no_send_fails_behind_haproxy() {
    let Some(pair) = Pair::start().await else { return };
    let Some(proxy) = Running::start(Kind::HaProxy, own_places(), &pair.addresses()).await else { return };
    pair.restart_under_sends(|| proxy.request(Method::POST, "/api/v1/notifications")).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn while_two_servers_restart_one_after_the_other_no_question_fails_behind_caddy() {
    let Some(pair) = Pair::start().await else { return };
    let Some(proxy) = Running::start(Kind::Caddy, own_places(), &pair.addresses()).await else { return };
    // Caddy 2.6 cannot send twice what has a body.
    pair.restart_under(|_| proxy.request(Method::GET, "/api/v1/notifications"), 200).await;
}
