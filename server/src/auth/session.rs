//! The extractor of the element's routes: a handler that takes a [`Session`] cannot forget to check the token.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{bearer, origin, session_token::Claims, user_id::UserId};
use crate::{
    app::App,
    auth::session_token::TokenFault,
    error::Error,
    store::{Project, Store, UserRef},
};

/// A user with an open session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose inbox it opens.
    pub user: UserRef,
    /// What the token says.
    pub claims: Claims,
}

impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let token = bearer::bearer(&parts.headers)?;
        let claims = app.tokens.read(token, app.clock.now()).map_err(|fault| match fault {
            TokenFault::Invalid => Error::InvalidToken,
            TokenFault::Expired => Error::TokenExpired,
        })?;
        let (user, project) = check_standing(&*app.store, &claims).await?;
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
        Ok(Self { user, claims })
    }
}

/// Asks the database whether a token that is itself in order still counts; whose it is, if so, and its project.
///
/// # Errors
/// If it was ended or revoked, or the store fails.
pub async fn check_standing(store: &dyn Store, claims: &Claims) -> Result<(UserRef, Project), Error> {
    let user = UserId::trusted(&claims.sub);
    let standing =
        store.session_standing(claims.project_id(), &user, &claims.jti).await?.ok_or(Error::InvalidToken)?;
    let revoked = standing.ended
        || standing.user.blocked
        || standing.user.epoch > claims.ue
        || standing.user.issued_before > claims.issued_at()
        || standing.project.epoch > claims.pe;
    if revoked {
        return Err(Error::TokenRevoked);
    }
    Ok((UserRef { project: standing.project.key, user }, standing.project))
}
