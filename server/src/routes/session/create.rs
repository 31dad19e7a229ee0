//! `POST /session`: checks the proof, answers with a token and the numbers.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::HeaderMap,
};
use data_encoding::BASE64URL_NOPAD;
use notification_bell_protocol::{MemberError, SessionGrant, SessionRequest, Timestamp};

use crate::{
    app::App,
    auth::{
        bearer,
        keys::KeyKind,
        origin, project_secret,
        proofs::{self, ProofFault, ProofKind, Proved, Secrets},
        session_token::Claims,
        user_id::UserId,
    },
    edge::body::{JsonBody, SMALL},
    error::Error,
    store::{Project, UserRef},
};

/// Tokens are renewed at 75 to 85 % of their life, so that pages opened together do not come back together.
const REFRESH_EARLIEST_PERCENT: i64 = 75;
const REFRESH_SPREAD_PERCENT: u64 = 11;

/// Opens a session.
///
/// # Errors
/// See the codes of the contract. A proof that fails is `invalid_user_hmac`, whatever is wrong with it.
pub async fn create_session(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: JsonBody<SessionRequest, SMALL>,
) -> Result<Json<SessionGrant>, Error> {
    let request = body.value;
    let (user_id, user_hmac) = check_shape(&request)?;
    let project = find_project(&app, &request.api_key, user_id, user_hmac).await?;
    let page = bearer::origin(&headers);
    if page.is_some_and(|page| !origin::allows(&project.origins, page)) {
        return Err(Error::OriginNotAllowed);
    }
    let user = UserId::parse(user_id, project.user_id_rule)
        .map_err(|fault| Error::InvalidUserId { fault, pointer: "/userId".to_owned() })?;
    if !project.proofs.contains(&ProofKind::of(user_hmac)) {
        return Err(Error::ProofNotAllowed("This project does not accept this kind of userHmac."));
    }
    let now = app.clock.now();
    let secrets = project_secret::open(&app.master_key, &project, now)?;
    let proved = proofs::verify(&secrets, user.as_str(), user_hmac, now).map_err(|fault| {
        tracing::info!(project = project.id, reason = %fault, "a proof failed");
        let client = app.trusted_proxies.client(peer.ip(), &headers);
        if let Err(used_up) = app.quotas.failure(client, project.key) {
            return used_up.into();
        }
        match fault {
            ProofFault::Invalid => Error::InvalidUserHmac,
            ProofFault::Expired => Error::UserHmacExpired,
        }
    })?;
    let user = UserRef { project: project.key, user };
    app.quotas.session(&user)?;
    let grant = grant(&app, &project, &user, proved, page.map(ToOwned::to_owned)).await?;
    Ok(Json(grant))
}

/// One of two proofs, and for the HMAC the user id that it is of.
fn check_shape(request: &SessionRequest) -> Result<(&str, &str), Error> {
    let wrong = |pointer: &str, detail: &str| {
        let error = MemberError { pointer: pointer.to_owned(), detail: detail.to_owned() };
        Err(Error::InvalidRequest(
            format!("The body does not have the right shape: {pointer} {detail}."),
            vec![error],
        ))
    };
    match (&request.user_id, &request.user_hmac, &request.user_token) {
        (_, Some(_), Some(_)) => wrong("/userToken", "cannot go with userHmac: send one proof"),
        (_, None, None) => wrong("/userHmac", "is missing"),
        (_, None, Some(_)) => Err(Error::ProofNotAllowed(
            "This project does not accept a userToken: it has no provider for its users.",
        )),
        (None, Some(_), None) => wrong("/userId", "is missing"),
        (Some(user_id), Some(user_hmac), None) => Ok((user_id, user_hmac)),
    }
}

async fn find_project(app: &App, api_key: &str, user_id: &str, user_hmac: &str) -> Result<Project, Error> {
    const SECRET_IN_PAGE: Error = Error::SecretKeyInBrowser(
        "A secret key was given as apiKey. Everybody who opens the page can read it: replace the secret, and put the \
         public key (pk_…) there.",
    );
    if matches!(KeyKind::of(api_key), Some(KeyKind::Secret | KeyKind::Backend)) {
        return Err(SECRET_IN_PAGE);
    }
    if let Some(project) = app.store.project_by_api_key(api_key).await? {
        return Ok(project);
    }
    // An imported secret has no prefix to be known by.
    if app.store.is_secret(app.master_key.fingerprint(api_key)).await? {
        return Err(SECRET_IN_PAGE);
    }
    // The same work as for a project that is there.
    let secrets = Secrets { current: api_key.to_owned(), previous: None };
    let _ = proofs::verify(&secrets, user_id, user_hmac, app.clock.now());
    Err(Error::UnknownApiKey)
}

async fn grant(
    app: &App,
    project: &Project,
    user: &UserRef,
    proved: Proved,
    page: Option<String>,
) -> Result<SessionGrant, Error> {
    let standing = app.store.user_standing(user).await?;
    if standing.blocked {
        return Err(Error::UserBlocked);
    }
    if standing.plain_hmac_off && proved.kind == ProofKind::Hmac {
        return Err(Error::ProofNotAllowed(
            "The plain userHmac of this user is no longer accepted: make one that expires.",
        ));
    }
    let issued_at = app.clock.now().unix_ms().div_euclid(1_000);
    // A session ends with the proof that bought it.
    let proof_ends_at = proved.expires_at.map_or(i64::MAX, |at| at.unix_ms().div_euclid(1_000));
    let expires_at = (issued_at + app.session_ttl_seconds).min(proof_ends_at);
    let claims = Claims {
        iss: app.tokens.issuer().to_owned(),
        aud: Claims::audience(&project.id),
        sub: user.user.as_str().to_owned(),
        jti: BASE64URL_NOPAD.encode(&app.randomness.bytes::<16>()),
        iat: issued_at,
        exp: expires_at,
        pe: project.epoch,
        ue: standing.epoch,
        org: page,
        amr: proved.kind,
    };
    let token = app.tokens.issue(&claims).map_err(|_| Error::Overloaded)?;
    let spread = i64::try_from(app.randomness.below(REFRESH_SPREAD_PERCENT)).unwrap_or(0);
    let refresh_after_ms = (expires_at - issued_at) * 10 * (REFRESH_EARLIEST_PERCENT + spread);
    let (counts, revision) = app.inbox.counts(user).await?;
    Ok(SessionGrant {
        token,
        expires_at: claims.expires_at(),
        refresh_at: Timestamp::from_unix_ms(issued_at * 1_000).plus_ms(refresh_after_ms),
        user_id: claims.sub,
        counts,
        revision,
    })
}
