//! Which pages of other origins may call the element's routes (WHATWG Fetch, CORS protocol).
//!
//! A preflight cannot name a project, so any origin passes that some project allows; the session itself then holds
//! its page to the list of its own project.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header, request},
    middleware::Next,
    response::Response,
};
use tokio::sync::watch;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    auth::{
        cookie,
        origin::{self, AllowedOrigin},
    },
    hub::Bus,
    store::{Store, StoreError},
};

/// Chromium's cap for how long a preflight's answer is kept.
const MAX_AGE: Duration = Duration::from_hours(2);

/// The lists of all projects, read again when another process has changed the database, or may have: no route of this
/// one changes them.
pub struct OriginLists {
    store: Arc<dyn Store>,
    changes: watch::Receiver<u64>,
    missed: Option<watch::Receiver<u64>>,
    read: Mutex<Option<(Version, Arc<Lists>)>>,
}

/// How often others have changed something, and how often something was missed.
type Version = (u64, Option<u64>);

#[derive(Debug, Default)]
struct Lists {
    /// Some project has an empty list, which allows any page.
    any: bool,
    named: Vec<AllowedOrigin>,
}

impl OriginLists {
    /// The lists of this store, not read yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, bus: &dyn Bus) -> Self {
        let changes = store.foreign_changes();
        Self { store, changes, missed: bus.missed(), read: Mutex::default() }
    }

    async fn lists(&self) -> Result<Arc<Lists>, StoreError> {
        // Before the store is read: what changes meanwhile is read the next time.
        let version = (*self.changes.borrow(), self.missed.as_ref().map(|missed| *missed.borrow()));
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, lists)) = read.filter(|(of, _)| *of == version) {
            return Ok(lists);
        }
        let mut lists = Lists::default();
        for project in self.store.projects().await? {
            lists.any |= project.origins.is_empty();
            lists.named.extend(project.origins);
        }
        let lists = Arc::new(lists);
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&lists)));
        Ok(lists)
    }

    async fn allow(&self, page: &HeaderValue) -> bool {
        let Ok(page) = page.to_str() else { return false };
        match self.lists().await {
            Ok(lists) => page != "null" && (lists.any || lists.name(page)),
            Err(error) => {
                // The page should be able to read that the storage is not available; it can do nothing else now, and
                // its session holds it to its origin anyway.
                tracing::warn!(%error, "cannot look which origins are allowed");
                page != "null"
            }
        }
    }
}

impl Lists {
    fn name(&self, page: &str) -> bool {
        !self.named.is_empty() && origin::allows(&self.named, page)
    }
}

/// The layer for the element's routes.
pub fn layer(lists: Arc<OriginLists>) -> CorsLayer {
    let allowed = AllowOrigin::async_predicate(move |page: HeaderValue, _: &request::Parts| {
        let lists = Arc::clone(&lists);
        async move { lists.allow(&page).await }
    });
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            // What the page gives for a language may be more than a browser lets through unasked.
            header::ACCEPT_LANGUAGE,
            HeaderName::from_static("last-event-id"),
            cookie::PROJECT,
        ])
        .expose_headers([
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
        ])
        .max_age(MAX_AGE)
}

/// Lets pages send and receive the cookie of a session that some project names: never those that are allowed only
/// because a list is empty. Outside of [`layer`], whose own setting for it cannot ask the store.
///
/// Not so at `/session`: a page that is refused a cookie has to be able to read why. Nothing is opened by that, for
/// opening takes a proof, and ending the origin that the session was opened by.
pub async fn allow_credentials(
    State(lists): State<Arc<OriginLists>>,
    request: Request,
    next: Next,
) -> Response {
    let is_session = request.uri().path() == "/session";
    let mut response = next.run(request).await;
    let allowed = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    if let Some(page) = allowed.and_then(|page| page.to_str().ok())
        && (is_session || lists.lists().await.is_ok_and(|lists| lists.name(page)))
    {
        let allow = (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        response.headers_mut().insert(allow.0, allow.1);
    }
    response
}
