//! Who may call: what a handler names in one word, in full.

use serde_json::Value;
use utoipa::openapi::{
    Components,
    path::Operation,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

pub(super) const SESSION: &str = "session";
const COOKIE: &str = "sessionCookie";
pub(super) const BACKEND_KEY: &str = "backendKey";
const PROVIDER_TOKEN: &str = "providerToken";
pub(super) const PROJECT: &str = "project";
/// A scheme without scopes.
const NONE: [&str; 0] = [];

/// What a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing.
    Open,
    /// A session's token.
    Session,
    /// A backend's key.
    Backend,
}

/// Adds the other way to what a handler names: a cookie to a session, a provider's token to a backend's key.
pub(super) fn complete(operation: &mut Operation) -> Access {
    let named = serde_json::to_value(&operation.security).unwrap_or_default();
    let scopes = |scheme: &str| -> Option<Vec<String>> {
        let scopes = named.get(0)?.get(scheme)?.as_array()?;
        Some(scopes.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
    };
    if scopes(SESSION).is_some() {
        let cookie = SecurityRequirement::new(COOKIE, NONE).add(PROJECT, NONE);
        operation.security = Some(vec![SecurityRequirement::new(SESSION, NONE), cookie]);
        Access::Session
    } else if let Some(scopes) = scopes(BACKEND_KEY) {
        let token = SecurityRequirement::new(PROVIDER_TOKEN, scopes.clone()).add(PROJECT, NONE);
        operation.security = Some(vec![SecurityRequirement::new(BACKEND_KEY, scopes), token]);
        Access::Backend
    } else {
        Access::Open
    }
}

/// Says what the words mean.
pub(super) fn describe(components: &mut Components) {
    let bearer = |format: &str, description: &str| {
        let builder = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
        SecurityScheme::Http(builder.description(Some(description)).build())
    };
    let key = |value: fn(ApiKeyValue) -> ApiKey, name: &str, description: &str| {
        SecurityScheme::ApiKey(value(ApiKeyValue::with_description(name, description)))
    };
    for (name, scheme) in [
        (SESSION, bearer("opaque", "The `token` of `POST /session`.")),
        (
            COOKIE,
            key(
                ApiKey::Cookie,
                "__Host-bell-…",
                "The cookie of `POST /session` with `\"cookie\": true`. Its name goes on with what depends on the project. It counts \
                 only beside `Bell-Project`, and from the origin that the session was opened by.",
            ),
        ),
        (
            BACKEND_KEY,
            bearer(
                "ak_…",
                "A key of `api-key create`, or the `backendKey` of `project create`, with the scope that is named. Never from a browser.",
            ),
        ),
        (
            PROVIDER_TOKEN,
            bearer(
                "JWT",
                "A token of a provider that the project trusts for sending. `Bell-Project` says for which project it is.",
            ),
        ),
        (PROJECT, key(ApiKey::Header, "Bell-Project", "The project, by its public key (`pk_…`).")),
    ] {
        components.add_security_scheme(name, scheme);
    }
}
