//! The calls to the server: what is sent, and what an answer that is no success means.
//!
//! A token travels in the `Authorization` header, or in a cookie that only the browser sees, and nowhere else. Letting
//! go of a call aborts its request, unless that is to outlive the page.

use futures_util::FutureExt;
use js_sys::{Promise, Reflect};
use notification_bell_protocol::{Code, SessionGrant, SessionRequest};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

use crate::{
    json::{parse, text_of},
    wire,
};

// Not by a library: pages wrap `fetch`, and what a wrapper throws or gives may be anything. `gloo-net` panics when
// that is no `Error`, and a panic would end every bell of the page. `web-sys` lets an exception through.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
}

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
    /// Whether the proof has run out, or may have: a fresh one is needed.
    pub(crate) is_proof_expired: bool,
}

impl Fault {
    #[inline(never)]
    pub(crate) fn network(message: String) -> Self {
        Self { status: 0, code: "network".to_owned(), message, retry_after_ms: None, is_proof_expired: false }
    }

    fn unreadable(message: String) -> Self {
        Self { code: "unreadable_answer".to_owned(), ..Self::network(message) }
    }

    #[inline(never)]
    fn misread(name: wire::Fault) -> Self {
        Self::unreadable(["The answer's `", name, "` cannot be read"].concat())
    }

    /// What a promise was rejected with, or a function threw: an `Error` as a rule, but it may be anything.
    #[inline(never)]
    fn thrown(thrown: &JsValue) -> Self {
        let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
        Self::network(message.or_else(|| thrown.as_string()).unwrap_or_else(|| "No answer came".to_owned()))
    }

    /// What the page's own way of drawing an item came to.
    pub(crate) fn render_failed(thrown: &JsValue) -> Self {
        Self { code: "render_failed".to_owned(), ..Self::thrown(thrown) }
    }

    async fn of(response: Response) -> Self {
        let status = response.status();
        let retry_after_ms = response
            .headers()
            .get("Retry-After")
            .ok()
            .flatten()
            .and_then(|seconds| seconds.trim().parse::<u32>().ok())
            .map(|seconds| f64::from(seconds) * 1_000.0);
        // A problem (RFC 9457), or not: a proxy answers in its own words.
        let problem = text(&response).await.ok().and_then(|body| parse(&body)).unwrap_or_default();
        let member = |name: &str| problem.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let status_text = status.to_string();
        Self {
            status,
            code: member("code").unwrap_or_else(|| ["http_", &status_text].concat()),
            message: member("detail").unwrap_or_else(|| ["The server answered ", &status_text].concat()),
            retry_after_ms,
            is_proof_expired: false,
        }
    }

    /// Whether asking again, as things are, would bring the same answer.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.status, 400..=499) && !matches!(self.status, 408 | 425 | 429)
    }

    /// Whether no answer came.
    pub(crate) fn is_network(&self) -> bool {
        self.code == "network"
    }

    /// Whether another token may help.
    pub(crate) fn is_about_the_token(&self) -> bool {
        self.status == 401
            && [Code::MissingToken, Code::InvalidToken, Code::TokenExpired, Code::TokenRevoked]
                .into_iter()
                .any(|code| code.as_str() == self.code)
    }

    /// As what was said of a proof. Of a `userToken` the server does not say what is wrong: as a rule, it is too old.
    #[inline(never)]
    fn of_proof(self, request: &SessionRequest) -> Self {
        let is_proof_expired = self.code == Code::UserHmacExpired.as_str()
            || (request.user_token.is_some() && self.is_about_the_token());
        Self { is_proof_expired, ..self }
    }
}

/// What a call shows the server.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'call> {
    Nothing,
    Token(&'call str),
    /// The cookie of the project with this public key, which the browser adds.
    Cookie(&'call str),
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
#[derive(Default)]
pub(crate) struct Call<'call> {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) last_event_id: Option<&'call str>,
    /// The language that the answer is to be in; empty: the browser's.
    pub(crate) language: &'call str,
    pub(crate) body: Option<String>,
    /// Whether it is also made when the page goes away meanwhile.
    pub(crate) outlives_page: bool,
}

impl Call<'_> {
    /// Sends it and waits for the head of the answer. May be called again.
    pub(crate) async fn send(&self, credential: Credential<'_>) -> Result<Answered, Fault> {
        // What outlives the page outlives the element too.
        let abort = AbortOnDrop(AbortController::new().ok().filter(|_| !self.outlives_page));
        let answer = self.request(credential, abort.0.as_ref()).map_err(|error| Fault::thrown(&error))?;
        let answer =
            JsFuture::from(Promise::resolve(&answer)).await.map_err(|error| Fault::thrown(&error))?;
        let Ok(response) = answer.dyn_into::<Response>() else {
            return Err(Fault::network("The page's own `fetch` did not give a `Response`".to_owned()));
        };
        if response.ok() {
            Ok(Answered { response, _abort: abort })
        } else {
            // In a box, as it is rare.
            Err(Fault::of(response).boxed_local().await)
        }
    }

    fn request(
        &self,
        credential: Credential<'_>,
        abort: Option<&AbortController>,
    ) -> Result<JsValue, JsValue> {
        let headers = Headers::new()?;
        let init = RequestInit::new();
        match credential {
            Credential::Nothing => {}
            Credential::Token(token) => headers.set("Authorization", &["Bearer ", token].concat())?,
            Credential::Cookie(api_key) => {
                headers.set("Bell-Project", api_key)?;
                init.set_credentials(RequestCredentials::Include);
            }
        }
        if let Some(id) = self.last_event_id {
            headers.set("Last-Event-ID", id)?;
        }
        if !self.language.is_empty() {
            // Not every text that a page gives for a language can be in a header.
            let _ = headers.set("Accept-Language", self.language);
        }
        init.set_method(self.method);
        // Firefox has a request wait for one to the same address whose answer it might keep: a stream never ends.
        let _ = Reflect::set(&init, &"cache".into(), &"no-store".into());
        if self.outlives_page {
            // Of the Fetch standard, and unknown to `web-sys`. A plain object takes any member.
            let _ = Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE);
        }
        if let Some(body) = &self.body {
            headers.set("Content-Type", "application/json")?;
            init.set_body(&body.into());
        }
        init.set_headers(&headers);
        init.set_signal(abort.map(AbortController::signal).as_ref());
        fetch(&self.url, &init)
    }
}

impl Answered {
    /// The body, once all of it is there.
    pub(crate) async fn text(self) -> Result<String, Fault> {
        text(&self.response).await
    }

    /// The same, if it is JSON.
    pub(crate) async fn json(self) -> Result<Value, Fault> {
        parse(&self.text().await?).ok_or_else(|| Fault::unreadable("The answer is not JSON".to_owned()))
    }
}

async fn text(response: &Response) -> Result<String, Fault> {
    let read = async || JsFuture::from(response.text()?).await;
    match read().await {
        Ok(text) => Ok(text.as_string().unwrap_or_default()),
        Err(error) => Err(Fault::thrown(&error)),
    }
}

/// What was read of an answer, or what was wrong with it.
pub(crate) fn understood<T>(read: Result<T, wire::Fault>) -> Result<T, Fault> {
    read.map_err(Fault::misread)
}

/// `POST /session`.
pub(crate) async fn open_session(
    base: &str,
    request: &SessionRequest,
    credential: Credential<'_>,
) -> Result<SessionGrant, Fault> {
    let call = Call {
        method: "POST",
        url: [base, "/v1/session"].concat(),
        body: text_of(&wire::session_value(request)),
        ..Call::default()
    };
    let answered = call.send(credential).await.map_err(|fault| fault.of_proof(request))?;
    understood(wire::grant(&answered.json().await?))
}
