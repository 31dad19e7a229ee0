//! The extractor of the element's routes: a handler that takes a [`Session`] cannot forget to check the token.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header, request::Parts},
};

use super::{
    bearer, cookie, grant, origin,
    proofs::Proved,
    session_keys::SessionKeys,
    session_token::{Claims, VerifiedToken},
    user_id::UserId,
};
use crate::{
    app::App,
    error::Error,
    store::{Project, StreamStore, UserRef},
};

/// A user with an open session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose inbox it opens.
    pub user: UserRef,
    /// Their project.
    pub project: Project,
    /// What the token says.
    pub claims: Claims,
    /// Whether the token came in a cookie.
    pub in_cookie: bool,
    /// The `kid` of the key that the token was made with.
    pub key_id: String,
}

impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let in_header = parts.headers.contains_key(header::AUTHORIZATION);
        let in_cookie = if in_header { None } else { cookie::token(&parts.method, &parts.headers)? };
        let token = match in_cookie {
            Some(token) => token,
            None => bearer::bearer(&parts.headers)?,
        };
        let VerifiedToken { claims, key_id } = app.tokens.read(token, app.clock.now()).await?;
        let (user, project) = check_standing(&*app.store, app.tokens.keys(), &claims, &key_id).await?;
        // A browser leaves the header out where the page is of the server's own origin and only reads.
        if let Some(page) = bearer::origin(&parts.headers) {
            let allowed = claims
                .org
                .as_ref()
                .map_or_else(|| origin::allows(&project.origins, page), |issued_to| page == issued_to);
            if !allowed {
                return Err(Error::OriginNotAllowed);
            }
        }
        Ok(Self { user, project, claims, in_cookie: in_cookie.is_some(), key_id })
    }
}

/// Asks whether a token that is itself in order still counts: the ring whether its key is still there, the database
/// for the rest. Whose it is, if so, and its project.
///
/// # Errors
/// If it was ended or revoked, its key was removed, or the store fails.
pub async fn check_standing(
    store: &dyn StreamStore,
    keys: &SessionKeys,
    claims: &Claims,
    key_id: &str,
) -> Result<(UserRef, Project), Error> {
    if !keys.has(key_id) {
        return Err(Error::InvalidToken);
    }
    let user = UserId::trusted(&claims.sub);
    let standing =
        store.session_standing(claims.project_id(), &user, &claims.jti).await?.ok_or(Error::InvalidToken)?;
    // What opens no session ends those that it opened.
    let proved = Proved { kind: claims.amr, issued_at: Some(claims.issued_at()), expires_at: None };
    let revoked = standing.ended
        || standing.user.epoch > claims.ue
        || standing.project.epoch > claims.pe
        || grant::check(&standing, &proved).is_err();
    if revoked {
        return Err(Error::TokenRevoked);
    }
    // The list may have become shorter since.
    if claims.org.as_ref().is_some_and(|page| !origin::allows(&standing.project.origins, page)) {
        return Err(Error::OriginNotAllowed);
    }
    Ok((UserRef { project: standing.project.key, user }, standing.project))
}
