//! What a user who was proved gets: a token, unless they were cut off meanwhile.

use data_encoding::BASE64URL_NOPAD;
use notification_bell_protocol::{SessionGrant, Timestamp};

use super::{
    origin,
    proofs::{ProofKind, Proved},
    session_token::Claims,
};
use crate::{
    app::App,
    error::Error,
    store::{SessionStanding, UserRef},
};

/// Tokens are renewed at 75 to 85 % of their life, so that pages opened together do not come back together.
const REFRESH_EARLIEST_PERCENT: i64 = 75;
const REFRESH_SPREAD_PERCENT: u64 = 11;

/// Whether a proof that holds opens a session, as user and project stand.
///
/// # Errors
/// Why it does not.
pub fn check(standing: &SessionStanding, proved: &Proved) -> Result<(), Error> {
    let (project, user) = (&standing.project, &standing.user);
    if user.blocked {
        return Err(Error::UserBlocked);
    }
    if user.plain_hmac_off && proved.kind == ProofKind::Hmac {
        return Err(Error::ProofNotAllowed(
            "The plain userHmac of this user is no longer accepted: make one that expires.",
        ));
    }
    if !project.proofs.contains(&proved.kind) {
        return Err(Error::ProofNotAllowed("This project does not accept this kind of proof."));
    }
    if proved.is_older_than(user.issued_before.max(project.issued_before)) {
        return Err(Error::TokenRevoked);
    }
    Ok(())
}

/// Opens a session of a user for a page.
///
/// Project and user are read here and not before: proving may have waited for a provider, and what was revoked
/// meanwhile has to count.
///
/// # Errors
/// If the user is cut off, the project does not accept the proof or the page any more, or the store fails.
pub async fn grant(
    app: &App,
    project_id: &str,
    user: &UserRef,
    proved: Proved,
    page: Option<&str>,
) -> Result<SessionGrant, Error> {
    // There is no session yet, and so none that was ended.
    let standing = app.store.session_standing(project_id, &user.user, "").await?;
    let standing = standing.ok_or(Error::UnknownApiKey)?;
    check(&standing, &proved)?;
    let (project, standing) = (standing.project, standing.user);
    if page.is_some_and(|page| !origin::allows(&project.origins, page)) {
        return Err(Error::OriginNotAllowed);
    }
    let revoked_before = standing.issued_before.max(project.issued_before);
    // Tokens count in seconds: one of the second in which sessions were revoked would be among these.
    let issued_at = whole_seconds(app.clock.now()).max(whole_seconds(revoked_before.plus_ms(999)));
    // A session ends with the proof that bought it.
    let proof_ends_at = proved.expires_at.map_or(i64::MAX, whole_seconds);
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
        org: page.map(ToOwned::to_owned),
        amr: proved.kind,
    };
    let token = app.tokens.issue(&claims, &*app.randomness)?;
    let spread = i64::try_from(app.randomness.below(REFRESH_SPREAD_PERCENT)).unwrap_or(0);
    let refresh_after_ms = (expires_at - issued_at) * 10 * (REFRESH_EARLIEST_PERCENT + spread);
    let (counts, revision) = app.inbox.counts(user).await?;
    Ok(SessionGrant {
        token: Some(token),
        expires_at: claims.expires_at(),
        refresh_at: claims.issued_at().plus_ms(refresh_after_ms),
        user_id: claims.sub,
        counts,
        revision,
    })
}

const fn whole_seconds(at: Timestamp) -> i64 {
    at.unix_ms().div_euclid(1_000)
}
