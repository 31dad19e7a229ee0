//! Session tokens: JWTs (RFC 7519) of the server's own, typed (RFC 8725, section 3.11), and signed with HS256 or, so
//! that whoever sees one in a log does not learn who it is for, encrypted with A256GCM (`jwe.rs`).
//!
//! Both forms are read, whatever the setting, so that switching it ends no session. The number of parts says which it
//! is, and each form has one algorithm and a key of its own from the same secret of this server: what a stranger
//! writes into a header chooses between two locks that only this server has keys to. An encrypted token holds the
//! claims themselves and no signed token: whoever could encrypt could sign.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use notification_bell_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    jwe::{self, Jwe},
    proofs::ProofKind,
    session_keys::{SessionKey, SessionKeys},
};
use crate::{error::Error, randomness::Randomness};

/// `typ` of a session token.
pub(super) const TYPE: &str = "bell-session+jwt";
const AUDIENCE_PREFIX: &str = "bell:";
/// Clocks of several servers may differ by so much.
const LEEWAY_SECONDS: i64 = 5;
/// Nothing longer is looked at.
const MAX_BYTES: usize = 8 * 1_024;

/// What a session token says. Times are in seconds, as JWTs have them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The server that issued it: its public address.
    pub iss: String,
    /// `bell:` and the project's id.
    pub aud: String,
    /// The user id.
    pub sub: String,
    /// Names the session: 128 random bits.
    pub jti: String,
    /// When it was issued.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// The project's epoch: a higher one ends it.
    pub pe: i64,
    /// The user's epoch: a higher one ends it.
    pub ue: i64,
    /// The origin of the page it was issued to; absent for what is not a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// How the user was proved to be who they are (`amr`, RFC 8176).
    pub amr: ProofKind,
}

impl Claims {
    /// The audience of a project's tokens.
    #[must_use]
    pub fn audience(project_id: &str) -> String {
        [AUDIENCE_PREFIX, project_id].concat()
    }

    /// The project it is for.
    #[must_use]
    pub fn project_id(&self) -> &str {
        self.aud.strip_prefix(AUDIENCE_PREFIX).unwrap_or_default()
    }

    /// When it was issued.
    #[must_use]
    pub const fn issued_at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.iat.saturating_mul(1_000))
    }

    /// When it ends.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.exp.saturating_mul(1_000))
    }
}

/// Why a token is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not one of ours.
    #[error("the token is not valid")]
    Invalid,
    /// It was one of ours.
    #[error("the token has expired")]
    Expired,
}

impl From<TokenFault> for Error {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::Invalid => Self::InvalidToken,
            TokenFault::Expired => Self::TokenExpired,
        }
    }
}

/// A token that is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    /// What it says.
    pub claims: Claims,
    /// The `kid` of the key it was made with: it counts for as long as the key is there.
    pub key_id: String,
}

/// Issues and reads session tokens.
pub struct SessionTokens {
    keys: Arc<SessionKeys>,
    issuer: String,
    encrypts: bool,
}

impl SessionTokens {
    /// Tokens of this issuer, encrypted or signed.
    #[must_use]
    pub const fn new(keys: Arc<SessionKeys>, issuer: String, encrypts: bool) -> Self {
        Self { keys, issuer, encrypts }
    }

    /// Who tokens say they are from.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys they are made with.
    #[must_use]
    pub const fn keys(&self) -> &Arc<SessionKeys> {
        &self.keys
    }

    /// Makes a token with the newest key.
    ///
    /// # Errors
    /// If there is no key.
    pub fn issue(&self, claims: &Claims, randomness: &dyn Randomness) -> Result<String, Error> {
        let key = self.keys.newest()?;
        let token = if self.encrypts { encrypt(&key, claims, randomness) } else { sign(&key, claims) };
        token.map_err(|_| Error::Overloaded)
    }

    /// Reads a token: form, type, algorithm, key, signature or tag, issuer, and that it has begun and not ended.
    ///
    /// # Errors
    /// If it is not one of ours, or has run out; if its key is not known and the ring cannot be read.
    pub async fn read(&self, token: &str, now: Timestamp) -> Result<VerifiedToken, Error> {
        let token = UnverifiedToken::parse(token)?;
        let key = self.keys.find(token.key_id()).await?.ok_or(TokenFault::Invalid)?;
        let claims = token.verify(&key, &self.issuer, now)?;
        Ok(VerifiedToken { claims, key_id: key.id.clone() })
    }
}

fn sign(key: &SessionKey, claims: &Claims) -> Result<String, TokenFault> {
    let header =
        Header { typ: Some(TYPE.to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    encode(&header, claims, &key.encoding).map_err(|_| TokenFault::Invalid)
}

fn encrypt(key: &SessionKey, claims: &Claims, randomness: &dyn Randomness) -> Result<String, TokenFault> {
    let claims = serde_json::to_vec(claims).map_err(|_| TokenFault::Invalid)?;
    jwe::seal(TYPE, &key.id, &key.sealing, &claims, randomness).map_err(|_| TokenFault::Invalid)
}

/// A token that names a key, and nothing more yet.
enum UnverifiedToken<'a> {
    Signed { text: &'a str, key_id: String },
    Encrypted(Jwe<'a>),
}

impl<'a> UnverifiedToken<'a> {
    fn parse(text: &'a str) -> Result<Self, TokenFault> {
        if text.len() > MAX_BYTES {
            return Err(TokenFault::Invalid);
        }
        // RFC 7516, section 9: a JWS has three parts, a JWE five.
        if text.bytes().filter(|byte| *byte == b'.').count() == 4 {
            let jwe = Jwe::parse(text).map_err(|_| TokenFault::Invalid)?;
            return if jwe.typ() == TYPE { Ok(Self::Encrypted(jwe)) } else { Err(TokenFault::Invalid) };
        }
        let header = decode_header(text).map_err(|_| TokenFault::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::HS256 {
            return Err(TokenFault::Invalid);
        }
        header.kid.map(|key_id| Self::Signed { text, key_id }).ok_or(TokenFault::Invalid)
    }

    fn key_id(&self) -> &str {
        match self {
            Self::Signed { key_id, .. } => key_id,
            Self::Encrypted(jwe) => jwe.kid(),
        }
    }

    fn verify(self, key: &SessionKey, issuer: &str, now: Timestamp) -> Result<Claims, TokenFault> {
        let claims = match self {
            Self::Signed { text, .. } => verify_signature(text, key)?,
            Self::Encrypted(jwe) => {
                let claims = jwe.open(&key.sealing).map_err(|_| TokenFault::Invalid)?;
                serde_json::from_slice(&claims).map_err(|_| TokenFault::Invalid)?
            }
        };
        let now_seconds = now.unix_ms().div_euclid(1_000);
        if claims.iss != issuer
            || !claims.aud.starts_with(AUDIENCE_PREFIX)
            || claims.iat > now_seconds + LEEWAY_SECONDS
        {
            return Err(TokenFault::Invalid);
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now_seconds {
            return Err(TokenFault::Expired);
        }
        Ok(claims)
    }
}

fn verify_signature(text: &str, key: &SessionKey) -> Result<Claims, TokenFault> {
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are checked by the caller, by the clock that was passed in; the issuer too, because the library takes one
    // that is not a string for one that is absent.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims::<&str>(&[]);
    Ok(decode(text, &key.decoding, &validation).map_err(|_| TokenFault::Invalid)?.claims)
}

#[cfg(test)]
mod tests;
