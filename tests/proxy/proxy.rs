//! Runs nginx with the very file that operators use, in a folder of its own.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use notification_bell_tests::{ANSWER_LIMIT, Nginx, Project, Reply, Server, ServerBuilder, Session, within};
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, redirect};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer},
};

use crate::configuration::{Around, BESIDE, FILE, adapted};

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
    nginx: Nginx,
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
        Self::assembled([Nginx::listener(), Nginx::listener()], server, FILE, Around::usual(upstream)).await
    }

    /// One with other files around the operator's own.
    pub(crate) async fn surrounded(server: Server, around: Around) -> Self {
        Self::assembled([Nginx::listener(), Nginx::listener()], server, FILE, around).await
    }

    /// One whose server knows its public address, with another file than the operator's: `altered` may change it.
    pub(crate) async fn misconfigured(server: ServerBuilder, altered: impl Fn(&str) -> String) -> Self {
        let sockets = [Nginx::listener(), Nginx::listener()];
        let public = format!("https://localhost:{}", sockets[0].local_addr().unwrap().port());
        let server = server.set("BELL_PUBLIC_URL", &public).start().await;
        let around = Around::usual(server.api().address().port());
        Self::assembled(sockets, server, &altered(FILE), around).await
    }

    async fn assembled(
        [secure, plain]: [TcpListener; 2],
        server: Server,
        file: &str,
        around: Around,
    ) -> Self {
        let mut nginx = Nginx::new();
        let folder = nginx.folder();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let [https, http] = [&secure, &plain].map(|socket| socket.local_addr().unwrap());
        let ours = adapted(file, folder, https.port(), http.port());
        fs::write(folder.join("bell.conf"), ours).unwrap();
        fs::write(folder.join("servers.conf"), around.servers).unwrap();
        match around.main {
            Some(main) => nginx.start_as(&main, secure, Some(plain)).await,
            None => nginx.start(BESIDE, secure, Some(plain)).await,
        }
        let certificate = made.cert.der().clone();
        let client = client(&certificate).build().unwrap();
        Self { server, client, https, http, certificate, nginx }
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

    /// The file with the certificate.
    pub(crate) fn certificate_file(&self) -> PathBuf {
        self.nginx.folder().join("certificate.pem")
    }

    /// What nginx logged of requests.
    pub(crate) fn access_log(&self) -> String {
        fs::read_to_string(self.nginx.folder().join("access.log")).unwrap_or_default()
    }
}

fn client(certificate: &CertificateDer) -> ClientBuilder {
    let certificate = Certificate::from_der(certificate).unwrap();
    Client::builder().tls_certs_only([certificate]).redirect(redirect::Policy::none()).no_proxy()
}
