//! The calls to the server: what is sent, and what an answer that is no success means.
//!
//! A token travels in the `Authorization` header and nowhere else. Letting go of a call aborts its request.

use gloo_net::http::{Method, RequestBuilder, Response};
use notification_bell_protocol::{Code, SessionGrant, SessionRequest};
use serde::{Deserialize, de::DeserializeOwned};
use web_sys::AbortController;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// The HTTP status; 0 if there was no answer.
    pub(crate) status: u16,
    /// The code of the problem, also one that is not known here; `network` and `unreadable_answer` are our own.
    pub(crate) code: String,
    /// For the developer, not for the reader.
    pub(crate) message: String,
    /// How long the server asked to wait.
    pub(crate) retry_after_ms: Option<f64>,
}

/// The part of a problem (RFC 9457) that is of use here. All of it optional: a proxy answers in its own words.
#[derive(Default, Deserialize)]
struct Explanation {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

impl Fault {
    pub(crate) fn network(message: String) -> Self {
        Self { status: 0, code: "network".to_owned(), message, retry_after_ms: None }
    }

    fn unreadable(message: String) -> Self {
        Self { code: "unreadable_answer".to_owned(), ..Self::network(message) }
    }

    async fn of(response: Response) -> Self {
        let status = response.status();
        let retry_after_ms = response
            .headers()
            .get("Retry-After")
            .and_then(|seconds| seconds.trim().parse::<u32>().ok())
            .map(|seconds| f64::from(seconds) * 1_000.0);
        let body = response.text().await.unwrap_or_default();
        let explanation: Explanation = serde_json::from_str(&body).unwrap_or_default();
        let status_text = status.to_string();
        Self {
            status,
            code: explanation.code.unwrap_or_else(|| ["http_", &status_text].concat()),
            message: explanation.detail.unwrap_or_else(|| ["The server answered ", &status_text].concat()),
            retry_after_ms,
        }
    }

    /// Whether asking again, as things are, would bring the same answer.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.status, 400..=499) && !matches!(self.status, 408 | 425 | 429)
    }

    /// Whether another token may help.
    pub(crate) fn is_about_the_token(&self) -> bool {
        self.status == 401
            && [Code::MissingToken, Code::InvalidToken, Code::TokenExpired, Code::TokenRevoked]
                .into_iter()
                .any(|code| code.as_str() == self.code)
    }

    /// Whether the proof was right and has run out.
    pub(crate) fn is_proof_expired(&self) -> bool {
        self.code == Code::UserHmacExpired.as_str()
    }
}

/// Aborts a request when it is dropped; after the answer is read, that does nothing.
struct AbortOnDrop(Option<AbortController>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// An answer whose body is still to be read. The request is aborted with it.
pub(crate) struct Answered {
    pub(crate) response: Response,
    _abort: AbortOnDrop,
}

/// One call.
pub(crate) struct Call<'call> {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) last_event_id: Option<&'call str>,
    pub(crate) body: Option<String>,
}

impl Call<'_> {
    /// Sends it and waits for the head of the answer. May be called again.
    pub(crate) async fn send(&self, token: Option<&str>) -> Result<Answered, Fault> {
        let failed = |error: gloo_net::Error| Fault::network(error.to_string());
        let abort = AbortOnDrop(AbortController::new().ok());
        let signal = abort.0.as_ref().map(AbortController::signal);
        let mut request =
            RequestBuilder::new(&self.url).method(self.method.clone()).abort_signal(signal.as_ref());
        if let Some(token) = token {
            request = request.header("Authorization", &["Bearer ", token].concat());
        }
        if let Some(id) = self.last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let request = match &self.body {
            Some(body) => request.header("Content-Type", "application/json").body(body),
            None => request.build(),
        };
        let response = request.map_err(failed)?.send().await.map_err(failed)?;
        if response.ok() { Ok(Answered { response, _abort: abort }) } else { Err(Fault::of(response).await) }
    }
}

impl Answered {
    /// The body, once all of it is there.
    pub(crate) async fn text(self) -> Result<String, Fault> {
        self.response.text().await.map_err(|error| Fault::network(error.to_string()))
    }
}

/// Reads the body of an answer.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::unreadable(error.to_string()))
}

/// `POST /session`.
pub(crate) async fn open_session(base: &str, request: &SessionRequest) -> Result<SessionGrant, Fault> {
    let call = Call {
        method: Method::POST,
        url: [base, "/v1/session"].concat(),
        last_event_id: None,
        body: serde_json::to_string(request).ok(),
    };
    read(&call.send(None).await?.text().await?)
}
