//! The extractor of the backend's routes: a handler that takes a [`Backend`] cannot forget to check the key.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{bearer, keys, scope::Scope};
use crate::{
    app::App,
    error::Error,
    store::{BackendKey, Project},
};

/// The last use of a key is kept to the minute: often enough to tell a live key from a forgotten one.
const LAST_USE_RESOLUTION_MS: i64 = 60_000;

/// A backend with a valid key.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The key's project.
    pub project: Project,
    /// The key's id.
    pub key_id: String,
    scopes: Vec<Scope>,
}

impl Backend {
    /// Makes sure the key may do something.
    ///
    /// # Errors
    /// If it may not.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Error::InsufficientScope(scope)) }
    }
}

impl<S> FromRequestParts<S> for Backend
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let key = bearer::bearer(&parts.headers)?;
        if bearer::origin(&parts.headers).is_some() {
            return Err(Error::SecretKeyInBrowser(
                "A backend's key came from a browser. Everybody who opens that page can read it: revoke it, and send \
                 from your backend.",
            ));
        }
        keys::inspect_backend_key(key).map_err(Error::DamagedApiKey)?;
        let (key, project) = app
            .store
            .backend_key_by_hash(keys::backend_key_hash(key))
            .await?
            .ok_or(Error::UnknownBackendKey)?;
        let now = app.clock.now();
        if key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::UnknownBackendKey);
        }
        note_use(&app, &key).await;
        Ok(Self { project, key_id: key.id, scopes: key.scopes })
    }
}

async fn note_use(app: &App, key: &BackendKey) {
    let now = app.clock.now();
    if key.last_used_at.is_some_and(|at| at.plus_ms(LAST_USE_RESOLUTION_MS) > now) {
        return;
    }
    if let Err(error) = app.store.touch_backend_key(&key.id, now).await {
        tracing::warn!(%error, "the last use of a key was not noted");
    }
}
