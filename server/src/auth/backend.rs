//! The extractor of the backend's routes: a handler that takes a [`Backend`] cannot forget to check the key.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{
    bearer, cookie, keys,
    known_backends::Known,
    providers::{Purpose, Refusal},
    scope::Scope,
};
use crate::{
    app::App,
    error::Error,
    store::{Actor, BackendKey, Edition, Project},
};

/// The last use of a key is kept to the minute: often enough to tell a live key from a forgotten one.
const LAST_USE_RESOLUTION_MS: i64 = 60_000;

/// A backend with a valid key, or with a valid token of a provider for sending.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The project that it sends for.
    pub project: Arc<Project>,
    /// Who it is, for the audit log.
    pub actor: Actor,
    /// The id of its API key, or of its provider: what its sends are counted by.
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

    /// Makes sure that no other project is named beside the key.
    fn is_named(&self, parts: &Parts) -> Result<(), Error> {
        let mut named = parts.headers.get_all(cookie::PROJECT).iter();
        if named.any(|api_key| api_key != self.project.api_key.as_str()) {
            return Err(Error::invalid_header(
                "Bell-Project",
                "names another project than the one of this key",
            ));
        }
        Ok(())
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
        let presented = presented(parts)?;
        if is_token(presented) {
            return with_token(&app, parts, presented).await;
        }
        keys::inspect_backend_key(presented).map_err(Error::DamagedApiKey)?;
        let backend = with_key(&app, keys::backend_key_hash(presented)).await?;
        backend.is_named(parts)?;
        Ok(backend)
    }
}

/// A backend whose key may have been looked up for an earlier request. What is done for it is either done only if that
/// still holds when it is done, which its [`edition`](Self::edition) tells, or for the [confirmed](Self::confirmed) one.
#[derive(Clone, Debug)]
pub struct RecentBackend {
    /// The backend.
    pub backend: Backend,
    remembered: Option<([u8; 32], Edition)>,
}

impl RecentBackend {
    /// The edition of keys and projects it was looked up in; `None` if that was for this request.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        self.remembered.map(|(_, edition)| edition)
    }

    /// The same backend, looked up for this request.
    ///
    /// # Errors
    /// If its key is no longer one.
    pub async fn confirmed(&self, app: &App) -> Result<Backend, Error> {
        match self.remembered {
            Some((hash, _)) => with_key(app, hash).await,
            None => Ok(self.backend.clone()),
        }
    }
}

impl<S> FromRequestParts<S> for RecentBackend
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let presented = presented(parts)?;
        if !is_token(presented) {
            keys::inspect_backend_key(presented).map_err(Error::DamagedApiKey)?;
            let hash = keys::backend_key_hash(presented);
            let edition = app.store.edition();
            let known = app.backends.find(&hash, edition).filter(|known| !is_use_due(&app, &known.key));
            if let Some(known) = known {
                let backend = admit(&app, known.key, known.project)?;
                backend.is_named(parts)?;
                return Ok(Self { backend, remembered: Some((hash, edition)) });
            }
        }
        let backend = Backend::from_request_parts(parts, state).await?;
        Ok(Self { backend, remembered: None })
    }
}

/// What was presented, unless a browser did.
fn presented(parts: &Parts) -> Result<&str, Error> {
    let presented = bearer::bearer(&parts.headers)?;
    if bearer::origin(&parts.headers).is_some() {
        return Err(Error::BackendKeyInBrowser);
    }
    Ok(presented)
}

/// No key has a dot in it, and every JWT has two.
fn is_token(presented: &str) -> bool {
    presented.contains('.')
}

async fn with_key(app: &App, hash: [u8; 32]) -> Result<Backend, Error> {
    // Asked first: what is read after it is of no earlier edition.
    let edition = app.store.edition();
    let found = app.store.backend_key_by_hash(hash).await?;
    let (mut key, project) = found.ok_or(Error::UnknownBackendKey)?;
    let project = Arc::new(project);
    let backend = admit(app, key.clone(), Arc::clone(&project))?;
    if is_use_due(app, &key) {
        let now = app.clock.now();
        match app.store.touch_backend_key(&key.id, now).await {
            Ok(()) => key.last_used_at = Some(now),
            Err(error) => tracing::warn!(%error, "the last use of a key was not noted"),
        }
    }
    app.backends.remember(hash, Known { edition, key, project });
    Ok(backend)
}

/// The backend with a key, if it may be used now.
fn admit(app: &App, key: BackendKey, project: Arc<Project>) -> Result<Backend, Error> {
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= app.clock.now()) {
        return Err(Error::UnknownBackendKey);
    }
    Ok(Backend { project, actor: Actor::ApiKey(key.id.clone()), key_id: key.id, scopes: key.scopes })
}

/// Whether it is time to note that a key is used.
fn is_use_due(app: &App, key: &BackendKey) -> bool {
    key.last_used_at.is_none_or(|at| at.plus_ms(LAST_USE_RESOLUTION_MS) <= app.clock.now())
}

async fn with_token(app: &App, parts: &Parts, token: &str) -> Result<Backend, Error> {
    let mut named = parts.headers.get_all(cookie::PROJECT).iter();
    let api_key = named.next().and_then(|api_key| api_key.to_str().ok());
    let (Some(api_key), None) = (api_key, named.next()) else {
        return Err(Error::ProjectNotNamed);
    };
    let project = app.store.project_by_api_key(api_key).await?.ok_or(Error::UnknownApiKey)?;
    let (reason, expired) = match app.providers.verify(&project, Purpose::Sending, token).await {
        Ok((provider, _)) => {
            return Ok(Backend {
                project: Arc::new(project),
                actor: Actor::Provider(provider.id.clone()),
                key_id: provider.id,
                scopes: provider.scopes,
            });
        }
        Err(Refusal::Failed(error)) => return Err(error),
        Err(Refusal::NoProvider) => ("jwt_no_provider", false),
        Err(Refusal::Fault { reason, expired }) => (reason, expired),
    };
    app.failures.note(&project.id, reason);
    if !expired && let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
        let client = app.trusted_proxies.client(peer.ip(), &parts.headers);
        app.quotas.failure(client, Some(project.key)).await?;
    }
    Err(Error::InvalidToken)
}
