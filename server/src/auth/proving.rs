//! What a page presents, held against what its project accepts.

use notification_bell_protocol::{MemberError, SessionRequest};

use super::{
    project_secret,
    proofs::{self, ProofFault, ProofKind, Proved},
    providers::{Purpose, Refusal},
    user_id::UserId,
};
use crate::{app::App, error::Error, store::Project};

/// One of two proofs.
#[derive(Clone, Copy, Debug)]
pub enum Presented<'request> {
    /// A `userHmac`, and the user id that it is of.
    Hmac {
        /// The user id.
        user_id: &'request str,
        /// The proof.
        user_hmac: &'request str,
    },
    /// A `userToken`; the user id that the page gives beside it, if it gives one.
    Token {
        /// The user id.
        user_id: Option<&'request str>,
        /// The token.
        user_token: &'request str,
    },
}

/// Why a user was not proved.
pub enum Unproved {
    /// The proof failed: this is counted, against its address too.
    Failed {
        /// The short name of what is wrong, for the operator.
        reason: &'static str,
        /// What the page is told.
        error: Error,
    },
    /// It was right and has run out: counted, but no guess.
    Expired {
        /// See [`Unproved::Failed`].
        reason: &'static str,
        /// See [`Unproved::Failed`].
        error: Error,
    },
    /// It never came to a proof.
    Refused(Error),
}

impl<E: Into<Error>> From<E> for Unproved {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl<'request> Presented<'request> {
    /// The proof of a request.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn of(request: &'request SessionRequest) -> Result<Self, Error> {
        let wrong = |pointer: &str, detail: &str| {
            let error = MemberError::new(pointer, detail);
            let summary = format!("The body does not have the right shape: {pointer} {detail}.");
            Err(Error::InvalidRequest(summary, vec![error]))
        };
        let user_id = request.user_id.as_deref();
        match (user_id, &request.user_hmac, &request.user_token) {
            (_, Some(_), Some(_)) => wrong("/userToken", "cannot go with userHmac: send one proof"),
            (_, None, None) => wrong("/userHmac", "is missing"),
            (None, Some(_), None) => wrong("/userId", "is missing"),
            (Some(user_id), Some(user_hmac), None) => Ok(Self::Hmac { user_id, user_hmac }),
            (user_id, None, Some(user_token)) => Ok(Self::Token { user_id, user_token }),
        }
    }

    /// Who the user is, if the proof holds and the project accepts it.
    ///
    /// # Errors
    /// See [`Unproved`].
    pub async fn prove(self, app: &App, project: &Project) -> Result<(UserId, Proved), Unproved> {
        match self {
            Self::Hmac { user_id, user_hmac } => prove_by_hmac(app, project, user_id, user_hmac),
            Self::Token { user_id, user_token } => prove_by_token(app, project, user_id, user_token).await,
        }
    }
}

fn prove_by_hmac(
    app: &App,
    project: &Project,
    user_id: &str,
    user_hmac: &str,
) -> Result<(UserId, Proved), Unproved> {
    let user = read(user_id, project, "/userId")?;
    if !project.proofs.contains(&ProofKind::of(user_hmac)) {
        return Err(Error::ProofNotAllowed("This project does not accept this kind of userHmac.").into());
    }
    let now = app.clock.now();
    let secrets = project_secret::open(&app.master_key, project, now)?;
    let proved = proofs::verify(&secrets, user.as_str(), user_hmac, now).map_err(|fault| {
        let reason = fault.name();
        match fault {
            ProofFault::Expired => Unproved::Expired { reason, error: Error::UserHmacExpired },
            ProofFault::Unreadable | ProofFault::Mismatch | ProofFault::TooFarAhead => {
                Unproved::Failed { reason, error: Error::InvalidUserHmac }
            }
        }
    })?;
    Ok((user, proved))
}

async fn prove_by_token(
    app: &App,
    project: &Project,
    user_id: Option<&str>,
    user_token: &str,
) -> Result<(UserId, Proved), Unproved> {
    if !project.proofs.contains(&ProofKind::Jwt) {
        return Err(Error::ProofNotAllowed("This project does not accept a userToken.").into());
    }
    let (_, verified) = match app.providers.verify(project, Purpose::Users, user_token).await {
        Ok(verified) => verified,
        Err(Refusal::NoProvider) => {
            return Err(Error::ProofNotAllowed(
                "This project does not accept a userToken: it has no provider for its users.",
            )
            .into());
        }
        Err(Refusal::Fault { reason, expired: true }) => {
            return Err(Unproved::Expired { reason, error: Error::InvalidToken });
        }
        Err(Refusal::Fault { reason, expired: false }) => {
            return Err(Unproved::Failed { reason, error: Error::InvalidToken });
        }
        Err(Refusal::Failed(error)) => return Err(error.into()),
    };
    // The token is in order: what is wrong with the id in it may be said, as it is said of any other id.
    let user = read(&verified.subject, project, "/userToken")?;
    if user_id.is_some_and(|given| given != user.as_str()) {
        return Err(Unproved::Failed { reason: "jwt_other_user", error: Error::InvalidToken });
    }
    let proved = Proved {
        kind: ProofKind::Jwt,
        issued_at: verified.issued_at,
        expires_at: Some(verified.accepted_until(app.clock.now())),
    };
    Ok((user, proved))
}

fn read(text: &str, project: &Project, pointer: &str) -> Result<UserId, Error> {
    UserId::parse(text, project.user_id_rule).map_err(|fault| Error::invalid_user_id(pointer, fault))
}
