//! `POST /session`: checks the proof, answers with a token and the numbers.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use notification_bell_protocol::{SessionGrant, SessionRequest};

use crate::{
    app::App,
    auth::{
        bearer, cookie,
        grant::grant,
        keys::KeyKind,
        origin,
        proofs::{self, Secrets},
        proving::{Presented, Unproved},
    },
    edge::{
        body::{JsonBody, SMALL},
        doctor::Observed,
    },
    error::Error,
    store::{Project, UserRef},
};

/// Opens a session.
///
/// # Errors
/// See the codes of the contract. A proof that fails is `invalid_user_hmac` or `invalid_token`, whatever is wrong with
/// it.
#[utoipa::path(
    post,
    path = "/session",
    tag = "Session",
    description = "Buys a token with a proof of who the user is: `userHmac`, or `userToken`. It lives for ten minutes, unless \
        the operator says otherwise, and never longer than the proof.",
    security(()),
    request_body(content = SessionRequest, examples(
        ("hmac" = (summary = "With the HMAC of the user id", value = json!({
            "apiKey": "YOUR_API_PUBLIC_KEY", "userId": "user@example.com", "userHmac": "YOUR_USER_HMAC",
        }))),
    )),
    responses(
        (status = 200, body = SessionGrant, description = "The session. With `\"cookie\": true` the token is not in the body.",
            headers(
                ("Set-Cookie" = String, description = "The token, if a cookie was asked for. Scripts cannot read it."),
                ("RateLimit" = String, description = "How much of the quota is left."),
                ("RateLimit-Policy" = String, description = "How large it is."),
            )),
        (status = 400, description = "secret_key_in_browser invalid_user_id"),
        (status = 401, description = "unknown_api_key invalid_user_hmac user_hmac_expired invalid_token token_revoked"),
        (status = 403, description = "origin_not_allowed user_blocked proof_not_allowed"),
        (status = 429, description = "rate_limited"),
        (status = 503, description = "jwks_unavailable"),
    ),
)]
pub async fn create_session(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    observed: Observed,
    body: JsonBody<SessionRequest, SMALL>,
) -> Result<Response, Error> {
    let request = body.value;
    let presented = Presented::of(&request)?;
    let client = app.trusted_proxies.client(peer.ip(), &headers);
    let project = match find_project(&app, &request.api_key, presented).await {
        // An imported secret is no key of ours that cannot be guessed: whoever tries keys is slowed down too.
        Err(error @ (Error::UnknownApiKey | Error::SecretKeyAsApiKey)) => {
            return Err(app.quotas.failure(client, None).await.err().map_or(error, Error::from));
        }
        found => found?,
    };
    let page = bearer::origin(&headers);
    if page.is_some_and(|page| !origin::allows(&project.origins, page)) {
        return Err(Error::OriginNotAllowed);
    }
    let in_cookie = request.cookie == Some(true);
    if in_cookie {
        may_have_cookie(&app, &project, page)?;
    }
    let (user, proved) = match presented.prove(&app, &project).await {
        Ok(proved) => proved,
        Err(Unproved::Refused(error)) => return Err(error),
        Err(Unproved::Expired { reason, error }) => {
            app.failures.note(&project.id, reason);
            return Err(error);
        }
        Err(Unproved::Failed { reason, error }) => {
            app.failures.note(&project.id, reason);
            let failure = app.quotas.failure(client, Some(project.key)).await;
            return Err(failure.err().map_or(error, Error::from));
        }
    };
    let user = UserRef { project: project.key, user };
    let left = app.quotas.session(&user).await?;
    let mut grant = grant(&app, &project.id, &user, proved, page).await?;
    let set_cookie = in_cookie.then(|| grant.token.take()).flatten().and_then(|token| {
        let life_ms = grant.expires_at.unix_ms() - app.clock.now().unix_ms();
        cookie::set(&project.api_key, &token, life_ms.div_euclid(1_000).max(0))
    });
    let mut response = Json(grant).into_response();
    if let Some(set_cookie) = set_cookie {
        response.headers_mut().insert(header::SET_COOKIE, set_cookie);
    }
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    observed.write(response.headers_mut());
    Ok(response)
}

/// A browser sends a cookie by itself. So it is given only to pages that the project names, or to the server's own.
fn may_have_cookie(app: &App, project: &Project, page: Option<&str>) -> Result<(), Error> {
    let page = page
        .ok_or_else(|| Error::invalid_header("Origin", "is missing: a session in a cookie is for pages"))?;
    if project.origins.is_empty() && page != app.public_url {
        return Err(Error::CookieNeedsOrigins);
    }
    Ok(())
}

async fn find_project(app: &App, api_key: &str, presented: Presented<'_>) -> Result<Project, Error> {
    if matches!(KeyKind::of(api_key), Some(KeyKind::Secret | KeyKind::Backend)) {
        return Err(Error::SecretKeyAsApiKey);
    }
    if let Some(project) = app.store.project_by_api_key(api_key).await? {
        return Ok(project);
    }
    // An imported secret has no prefix to be known by.
    if app.store.is_secret(app.master_key.fingerprint(api_key)).await? {
        return Err(Error::SecretKeyAsApiKey);
    }
    // The same work as for a project that is there.
    if let Presented::Hmac { user_id, user_hmac } = presented {
        let secrets = Secrets { current: api_key.to_owned(), previous: None };
        let _ = proofs::verify(&secrets, user_id, user_hmac, app.clock.now());
    }
    Err(Error::UnknownApiKey)
}
