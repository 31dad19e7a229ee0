//! The checks, in the order in which one has to hold for the next to say anything.

use std::time::{Duration, Instant};

use notification_bell_protocol::{SessionGrant, SessionRequest, Timestamp};
use reqwest::{Client, Method, RequestBuilder, Response, Url, redirect};

use super::{answers, finding::Finding, path, watch::Watch};
use crate::{
    auth::proofs::{ProofKind, expiring, plain},
    cli::{CommandError, office::Office},
    edge::doctor::{ASKS, SAW, Saw, asking},
    outbound::chain,
    store::Project,
};

/// It receives nothing but what the doctor does to it.
const USER: &str = "notification-bell-doctor";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For whatever is answered at once.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
const PROOF_LIFE_MS: i64 = 3_600_000;

/// One run.
pub(super) struct Examination<'a> {
    office: &'a Office,
    api_key: &'a str,
    /// The page that it pretends to be.
    pub(super) page: String,
    proof: String,
    pub(super) base: &'a Url,
    watch: Duration,
    client: Client,
    asking: String,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Examination<'a> {
    pub(super) fn new(
        office: &'a Office,
        project: &'a Project,
        base: &'a Url,
        watch: Duration,
    ) -> Result<Self, CommandError> {
        let secret = office.secrets(project)?.current;
        let proof = if project.proofs.contains(&ProofKind::Hmac) {
            plain::prove(&secret, USER)
        } else if project.proofs.contains(&ProofKind::HmacV2) {
            expiring::prove(&secret, USER, office.clock.now().plus_ms(PROOF_LIFE_MS))
        } else {
            return Err(CommandError::Failed(
                "this project takes tokens of providers alone, which the doctor cannot make: name another project"
                    .to_owned(),
            ));
        };
        let page = project.origins.first().map_or_else(
            || "https://doctor.invalid".to_owned(),
            |origin| String::from(origin.clone()).replacen('*', "doctor", 1),
        );
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()
            .map_err(|error| CommandError::Failed(chain(&error)))?;
        Ok(Self {
            office,
            api_key: &project.api_key,
            page,
            proof,
            base,
            watch,
            client,
            asking: asking(&office.master_key, &*office.randomness)?,
            findings: Vec::new(),
        })
    }

    pub(super) async fn run(mut self) -> Result<Vec<Finding>, CommandError> {
        let Some((grant, took)) = self.open_session().await else { return Ok(self.findings) };
        let Some(token) = grant.token else { return Ok(self.findings) };
        let preflight = self.request(Method::OPTIONS, "/api/v1/inbox/stream");
        let preflight = preflight
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization,last-event-id");
        self.findings
            .push(answers::preflight(&self.page, preflight.timeout(PATIENCE).send().await.ok().as_ref()));
        let until_the_end = grant.expires_at.unix_ms() - self.office.clock.now().unix_ms();
        let life = Duration::from_millis(u64::try_from(until_the_end).unwrap_or(0));
        let watch = Watch { token: &token, length: self.watch, life, session_took: took };
        watch.run(&mut self).await;
        let metrics = self.request(Method::GET, "/metrics").timeout(PATIENCE).send().await;
        let text = match metrics {
            Ok(metrics) => metrics.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        self.findings.push(answers::metrics(&text));
        Ok(self.findings)
    }

    /// A request as a page makes it.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(path);
        let request = self.client.request(method, url).header("origin", &self.page);
        request.header(ASKS, &self.asking)
    }

    async fn open_session(&mut self) -> Option<(SessionGrant, Duration)> {
        let body = SessionRequest {
            api_key: self.api_key.to_owned(),
            user_id: Some(USER.to_owned()),
            user_hmac: Some(self.proof.clone()),
            user_token: None,
            cookie: None,
        };
        let began = Instant::now();
        let request =
            self.request(Method::POST, "/api/v1/session").header("content-type", "application/json");
        let request = request.body(serde_json::to_string(&body).unwrap_or_default()).timeout(2 * PATIENCE);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                self.findings.push(answers::unreachable(self.base, &error));
                return None;
            }
        };
        let took = began.elapsed();
        self.findings
            .push(Finding::right("reached", format!("{} answers after {} ms", self.base, took.as_millis())));
        let saw = saw(&response);
        let is_local = response.remote_addr().is_some_and(|address| address.ip().is_loopback());
        let about_headers = answers::headers_of_session(&self.page, response.headers());
        let status = response.status().as_u16();
        let location =
            response.headers().get("location").and_then(|value| value.to_str().ok().map(str::to_owned));
        let text = response.text().await.unwrap_or_default();
        let Ok(grant) = serde_json::from_str::<SessionGrant>(&text) else {
            self.findings.push(answers::no_session(status, location.as_deref(), &text));
            return None;
        };
        self.findings.push(Finding::right("session", "a session opens"));
        self.findings.extend(about_headers);
        let now: Timestamp = self.office.clock.now();
        self.findings.extend(path::about(self.base, is_local, saw.as_ref(), now, took));
        Some((grant, took))
    }
}

/// What the server says that it saw.
pub(super) fn saw(response: &Response) -> Option<Saw> {
    serde_json::from_slice(response.headers().get(SAW)?.as_bytes()).ok()
}
