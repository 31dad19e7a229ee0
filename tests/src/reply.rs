//! A whole answer, and what a test asserts about it.

use std::sync::LazyLock;

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

use crate::{ANSWER_LIMIT, Description, within};

static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::checked_in);

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Sends the request and reads the whole answer.
    pub async fn to(request: RequestBuilder) -> Self {
        Self::attempt(request).await.unwrap_or_else(|error| panic!("there was no answer: {error:?}"))
    }

    /// The same for a server that may be killed meanwhile.
    ///
    /// # Errors
    /// When the connection fails, or ends before the answer does.
    pub async fn attempt(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let (client, request) = request.build_split();
        let request = request?;
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = within(ANSWER_LIMIT, "an answer", async {
            let response = client.execute(request).await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok::<_, reqwest::Error>(Self { status, headers, body: response.bytes().await?.to_vec() })
        })
        .await?;
        // Whatever a test is about, what it is answered is as it is described; what a proxy answers is its own affair.
        if !reply.headers.contains_key("server") {
            DESCRIPTION.assert_describes(method.as_str(), &path, &reply);
        }
        Ok(reply)
    }

    /// The only value of a header; none if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} was sent twice: {:?}", self.headers);
        Some(value.to_str().expect("a header is visible ASCII"))
    }

    /// Whether a header that is a list of tokens names this one, in any case.
    #[must_use]
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.headers.get_all(name).iter().any(|value| {
            let value = value.to_str().expect("a header is visible ASCII");
            value.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(token))
        })
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The JSON of an answer that has to have this status.
    #[must_use]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        let content_type = self.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/json"), "content type {content_type:?}");
        self.json()
    }
}

/// Asserts that an answer is this problem (RFC 9457) in its full form, and gives its body.
#[expect(clippy::must_use_candidate, reason = "most tests are done with the assertion")]
pub fn assert_problem(reply: &Reply, status: u16, code: &str) -> Value {
    assert_eq!(reply.status, status, "expected {code}: {}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", reply.text());
    let problem = reply.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["type"], format!("urn:notification-bell:problem:{code}"), "{problem}");
    for member in ["title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {problem}");
    }
    // Whatever is refused for what was asked is named.
    if matches!(status, 400 | 422) {
        assert!(!pointers(&problem).is_empty(), "nothing is named: {problem}");
    }
    if status == 401 {
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Bearer"), "a 401 names its scheme (RFC 9110, 15.5.2): {challenge:?}");
    }
    problem
}

/// The JSON pointers of a problem's `errors`.
#[must_use]
pub fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    for error in errors {
        assert!(error["detail"].as_str().is_some_and(|text| !text.is_empty()), "no detail: {problem}");
    }
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer is a string")).collect()
}
