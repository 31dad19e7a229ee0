//! The extractor of the backend's routes: a handler that takes a [`Backend`] cannot forget to check the key.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{
    bearer, cookie, keys,
    providers::{Purpose, Refusal},
    scope::Scope,
};
use crate::{
    app::App,
    error::Error,
    store::{Actor, BackendKey, Project},
};

/// The last use of a key is kept to the minute: often enough to tell a live key from a forgotten one.
const LAST_USE_RESOLUTION_MS: i64 = 60_000;

/// A backend with a valid key, or with a valid token of a provider for sending.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The project that it sends for.
    pub project: Project,
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
}

impl<S> FromRequestParts<S> for Backend
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let presented = bearer::bearer(&parts.headers)?;
        if bearer::origin(&parts.headers).is_some() {
            return Err(Error::SecretKeyInBrowser(
                "A backend's key came from a browser. Everybody who opens that page can read it: revoke it, and send \
                 from your backend.",
            ));
        }
        // No key has a dot in it, and every JWT has two.
        if presented.contains('.') {
            return with_token(&app, parts, presented).await;
        }
        let backend = with_key(&app, presented).await?;
        let mut named = parts.headers.get_all(cookie::PROJECT).iter();
        if named.any(|api_key| api_key != backend.project.api_key.as_str()) {
            return Err(Error::InvalidRequest(
                "Bell-Project names another project than the one of this key.".to_owned(),
                Vec::new(),
            ));
        }
        Ok(backend)
    }
}

async fn with_key(app: &App, key: &str) -> Result<Backend, Error> {
    keys::inspect_backend_key(key).map_err(Error::DamagedApiKey)?;
    let found = app.store.backend_key_by_hash(keys::backend_key_hash(key)).await?;
    let (key, project) = found.ok_or(Error::UnknownBackendKey)?;
    let now = app.clock.now();
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::UnknownBackendKey);
    }
    note_use(app, &key).await;
    Ok(Backend { project, actor: Actor::ApiKey(key.id.clone()), key_id: key.id, scopes: key.scopes })
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
                project,
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
        app.quotas.failure(client, Some(project.key))?;
    }
    Err(Error::InvalidToken)
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
