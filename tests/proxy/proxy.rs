//! Runs nginx with the very file that operators use, in a folder of its own.

use std::{
    env,
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::{fd::OwnedFd, unix::fs::PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use notification_bell_tests::{ANSWER_LIMIT, Project, Reply, Server, Session, within};
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, redirect};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer},
};

const FILE: &str = include_str!("../../deploy/nginx.conf");

/// The main file around it. The operator's own may have any of this in its `http { }`; the file has to hold its own.
const MAIN: &str = "\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr info;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_types *;
    gzip_min_length 0;
    gzip_proxied any;
    proxy_ignore_headers X-Accel-Buffering;
    include {folder}/bell.conf;
}
";

/// nginx in front of a server; both end with the test.
pub(crate) struct Proxy {
    pub(crate) server: Server,
    /// A client that trusts the certificate.
    pub(crate) client: Client,
    /// Where https is spoken.
    pub(crate) https: SocketAddr,
    /// Where plain http is.
    pub(crate) http: SocketAddr,
    certificate: CertificateDer<'static>,
    folder: TempDir,
    process: Child,
}

impl Drop for Proxy {
    /// Asks it to stop, instead of having it killed: a master that is killed leaves its workers behind.
    fn drop(&mut self) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // It may have ended by itself, of which the test will have told.
        let _ = id.map(|id| kill_process(id, Signal::TERM));
    }
}

impl Proxy {
    /// One in front of a server that believes it.
    pub(crate) async fn start() -> Self {
        Self::in_front_of(Server::builder().set("BELL_TRUSTED_PROXIES", "127.0.0.1").start().await).await
    }

    pub(crate) async fn in_front_of(server: Server) -> Self {
        let port = server.api().address().port();
        Self::leading_to(port, server).await
    }

    /// One that leads to another port than the server's.
    pub(crate) async fn leading_to(upstream: u16, server: Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Started by root, nginx works as somebody else, who has to get at its own files in here.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.path().join("certificate.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        // nginx takes no port 0. It is handed the open sockets instead, as it hands them to its own successor: no
        // port can be lost to somebody else in between, and whoever connects before it is ready just waits.
        let [secure, plain] = [listener(), listener()];
        let [https, http] = [&secure, &plain].map(|socket| socket.local_addr().unwrap());
        fs::write(
            folder.path().join("bell.conf"),
            adapted(folder.path(), https.port(), http.port(), upstream),
        )
        .unwrap();
        let main = MAIN.replace("{folder}", folder.path().to_str().unwrap());
        fs::write(folder.path().join("nginx.conf"), main).unwrap();

        let checked =
            within(ANSWER_LIMIT, "nginx -t", nginx(folder.path()).arg("-t").output()).await.unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let log = fs::File::create(folder.path().join("error.log")).unwrap();
        let mut command = nginx(folder.path());
        command
            .env("NGINX", "0;1;")
            .stdin(Stdio::from(OwnedFd::from(secure)))
            .stdout(Stdio::from(OwnedFd::from(plain)))
            .stderr(log);
        let process = command.spawn().unwrap();
        // With it go our own ends of the sockets.
        drop(command);
        let certificate = made.cert.der().clone();
        let client = client(&certificate).build().unwrap();
        Self { server, client, https, http, certificate, folder, process }
    }

    /// A client to be made in another way.
    pub(crate) fn client_builder(&self) -> ClientBuilder {
        client(&self.certificate)
    }

    /// A request to any path over https.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_by(&self.client, method, path)
    }

    /// The same by another client.
    pub(crate) fn request_by(&self, client: &Client, method: Method, path: &str) -> RequestBuilder {
        client.request(method, format!("https://localhost:{}{path}", self.https.port()))
    }

    pub(crate) fn project(&self) -> &Project {
        self.server.project()
    }

    /// `POST /session` with this proof, by this client.
    pub(crate) fn session_request(&self, client: &Client, user_id: &str, proof: &str) -> RequestBuilder {
        let body = json!({"apiKey": self.project().api_key, "userId": user_id, "userHmac": proof});
        self.request_by(client, Method::POST, "/api/v1/session").json(&body)
    }

    /// The token of a session that was opened through the proxy.
    pub(crate) async fn token(&self, user_id: &str) -> String {
        let proof = self.project().proof(user_id);
        let grant = Reply::to(self.session_request(&self.client, user_id, &proof)).await.expect(200);
        grant["token"].as_str().unwrap().to_owned()
    }

    /// Sends a notification through the proxy and gives its id.
    pub(crate) async fn notify(&self, user_id: &str, title: &str) -> String {
        let body = json!({"to": {"users": [user_id]}, "title": title});
        let request = self.request(Method::POST, "/api/v1/notifications");
        let sent = Reply::to(request.bearer_auth(&self.project().backend_key).json(&body)).await.expect(201);
        sent["id"].as_str().unwrap().to_owned()
    }

    /// The user's list, through the proxy.
    pub(crate) async fn inbox(&self, token: &str) -> Value {
        Reply::to(self.request(Method::GET, "/api/v1/inbox").bearer_auth(token)).await.expect(200)
    }

    /// A session past the proxy, to compare with.
    pub(crate) async fn direct_session(&self, user_id: &str) -> Session {
        self.server.session(user_id).await
    }

    /// The whole answer to a `GET` of a target as it is written, which a client library would tidy up.
    pub(crate) async fn raw_get(&self, target: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let mut answer = Vec::new();
        within(ANSWER_LIMIT, target, async {
            let stream = TcpStream::connect(self.https).await?;
            let connector = TlsConnector::from(Arc::new(config));
            let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await?;
            stream.write_all(request.as_bytes()).await?;
            stream.read_to_end(&mut answer).await
        })
        .await
        .unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What nginx logged of requests.
    pub(crate) fn access_log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }
}

fn client(certificate: &CertificateDer) -> ClientBuilder {
    let certificate = Certificate::from_der(certificate).unwrap();
    Client::builder().tls_certs_only([certificate]).redirect(redirect::Policy::none()).no_proxy()
}

/// An open socket, as nginx would have made it.
fn listener() -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn nginx(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("-p").arg(folder).arg("-c").arg("nginx.conf").args(["-e", "stderr"]);
    command
}

/// nginx: `BELL_NGINX`, else the one on the search path or where Debian has it, which is on root's path alone.
fn program() -> PathBuf {
    if let Some(named) = env::var_os("BELL_NGINX") {
        return named.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("nginx")).find(|program| program.is_file()).expect(
        "these tests need nginx: install it (Debian: apt-get install nginx), or name it in BELL_NGINX",
    )
}

/// The operator's file with this test's names, ports and paths.
fn adapted(folder: &Path, https: u16, http: u16, upstream: u16) -> String {
    let in_folder = |name: &str| folder.join(name).display().to_string();
    let mut text = FILE.to_owned();
    for (original, number, ours) in [
        ("server_name bell.example;", 2, "server_name localhost;".to_owned()),
        ("https://bell.example$request_uri", 1, "https://localhost$request_uri".to_owned()),
        ("listen 443 ssl http2;", 1, format!("listen 127.0.0.1:{https} ssl http2;")),
        ("listen 80;", 1, format!("listen 127.0.0.1:{http};")),
        // The same in IPv6, which not every machine that tests has.
        ("listen [::]:443 ssl http2;", 1, String::new()),
        ("listen [::]:80;", 1, String::new()),
        ("server 127.0.0.1:3001;", 1, format!("server 127.0.0.1:{upstream};")),
        ("/etc/ssl/bell.example/fullchain.pem;", 1, format!("{};", in_folder("certificate.pem"))),
        ("/etc/ssl/bell.example/privkey.pem;", 1, format!("{};", in_folder("key.pem"))),
        ("/var/log/nginx/notification-bell.log", 1, in_folder("access.log")),
    ] {
        let is_directive = |line: &str| !line.trim_start().starts_with('#');
        let mut found = 0;
        let mut replaced = String::new();
        for line in text.lines() {
            if is_directive(line) {
                found += line.matches(original).count();
                writeln!(replaced, "{}", line.replace(original, &ours)).unwrap();
            } else {
                writeln!(replaced, "{line}").unwrap();
            }
        }
        assert_eq!(found, number, "deploy/nginx.conf no longer has {original:?} this often");
        text = replaced;
    }
    text
}
