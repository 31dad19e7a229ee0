//! A site of somebody who uses the element: an origin of its own with the pages that a test wrote.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::Engine;

/// Notes what happens on a page, from before its first script.
pub(super) const NOTEBOOK: &str = include_str!("preload.js");
/// What lets the notebook, and nothing else, into a page with a policy.
const NONCE: &str = "bell-notebook";

type Files = Arc<Mutex<BTreeMap<String, File>>>;

#[derive(Clone, Debug)]
struct File {
    content_type: &'static str,
    policy: Option<String>,
    content: String,
}

/// A running site. Gone when dropped.
#[derive(Debug)]
pub struct Site {
    origin: String,
    files: Files,
    server: JoinHandle<()>,
}

impl Site {
    /// One without any page.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
        let files = Files::default();
        let router = Router::new().fallback(serve).with_state(Arc::clone(&files));
        let server = tokio::spawn(async move {
            // It serves until it is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Self { origin, files, server }
    }

    /// Its origin, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Puts a page there, in English, and gives its address.
    #[must_use]
    pub fn page(&self, path: &str, body: &str) -> String {
        self.put(path, "text/html; charset=utf-8", None, document(body))
    }

    /// A page with a `Content-Security-Policy`.
    #[must_use]
    pub fn page_with_policy(&self, path: &str, policy: &str, body: &str) -> String {
        let policy = if notebook().is_empty() {
            policy.to_owned()
        } else {
            policy.replace("script-src ", &format!("script-src 'nonce-{NONCE}' "))
        };
        self.put(path, "text/html; charset=utf-8", Some(policy), document(body))
    }

    /// Anything else, whatever the method it is asked for with.
    pub fn file(&self, path: &str, content_type: &'static str, content: &str) {
        self.put(path, content_type, None, content.to_owned());
    }

    fn put(&self, path: &str, content_type: &'static str, policy: Option<String>, content: String) -> String {
        let file = File { content_type, policy, content };
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), file);
        format!("{}{path}", self.origin)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Our notebook as a part of a page, where the driver has no way to put it there.
fn notebook() -> String {
    match Engine::chosen() {
        Engine::Chromium => String::new(),
        Engine::Firefox | Engine::Webkit => {
            format!("<script nonce=\"{NONCE}\">document.currentScript.remove(); {NOTEBOOK}</script>")
        }
    }
}

fn document(body: &str) -> String {
    let notebook = notebook();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">{notebook}\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><title>A site</title></head><body>{body}</body></html>"
    )
}

async fn serve(State(files): State<Files>, request: Request) -> Response {
    let file = files.lock().unwrap_or_else(PoisonError::into_inner).get(request.uri().path()).cloned();
    let Some(file) = file else { return StatusCode::NOT_FOUND.into_response() };
    let policy = file.policy.map(|policy| [(HeaderName::from_static("content-security-policy"), policy)]);
    ([(header::CONTENT_TYPE, file.content_type)], policy, file.content).into_response()
}
