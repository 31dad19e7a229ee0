//! Session tokens: JWTs (RFC 7519) of the server's own, signed with HS256 and typed (RFC 8725, section 3.11).

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use notification_bell_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::{proofs::ProofKind, session_keys::SessionKeys};

const TYPE: &str = "bell-session+jwt";
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

/// Issues and reads session tokens.
pub struct SessionTokens {
    keys: SessionKeys,
    issuer: String,
}

impl SessionTokens {
    /// Tokens of a server with this public address.
    #[must_use]
    pub const fn new(keys: SessionKeys, issuer: String) -> Self {
        Self { keys, issuer }
    }

    /// The server's public address, which is the issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs a token.
    ///
    /// # Errors
    /// If there is no key.
    pub fn issue(&self, claims: &Claims) -> Result<String, TokenFault> {
        let key = self.keys.newest().ok_or(TokenFault::Invalid)?;
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &key.encoding).map_err(|_| TokenFault::Invalid)
    }

    /// Reads a token: type, algorithm, key, signature, issuer, and that it has begun and not ended.
    ///
    /// # Errors
    /// If it is not one of ours, or has run out.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
        if token.len() > MAX_BYTES {
            return Err(TokenFault::Invalid);
        }
        let header = decode_header(token).map_err(|_| TokenFault::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::HS256 {
            return Err(TokenFault::Invalid);
        }
        let key = header.kid.and_then(|kid| self.keys.find(&kid)).ok_or(TokenFault::Invalid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked below, by the clock that was passed in; the issuer too, because the library takes one
        // that is not a string for one that is absent.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims::<&str>(&[]);
        let claims =
            decode::<Claims>(token, &key.decoding, &validation).map_err(|_| TokenFault::Invalid)?.claims;
        let now_seconds = now.unix_ms().div_euclid(1_000);
        if claims.iss != self.issuer
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

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use notification_bell_protocol::Timestamp;
    use serde_json::json;

    use super::{Claims, ProofKind, SessionTokens, TYPE, TokenFault};
    use crate::auth::session_keys::SessionKeys;

    const KEY: &[u8] = &[7; 32];
    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000_000);

    fn tokens() -> SessionTokens {
        SessionTokens::new(
            SessionKeys::of_secrets(&[("k2", KEY), ("k1", &[8; 32])]),
            "http://bell.example".to_owned(),
        )
    }

    fn claims() -> Claims {
        Claims {
            iss: "http://bell.example".to_owned(),
            aud: Claims::audience("p"),
            sub: "u".to_owned(),
            jti: "j".to_owned(),
            iat: 1_000_000,
            exp: 1_000_600,
            pe: 0,
            ue: 0,
            org: None,
            amr: ProofKind::Hmac,
        }
    }

    fn forge(header: &Header, claims: &impl serde::Serialize, key: &[u8]) -> Result<Claims, TokenFault> {
        tokens().read(&encode(header, claims, &EncodingKey::from_secret(key)).unwrap(), NOW)
    }

    fn header() -> Header {
        Header { typ: Some(TYPE.to_owned()), kid: Some("k2".to_owned()), ..Header::new(Algorithm::HS256) }
    }

    #[test]
    fn a_token_comes_back_until_it_has_run_out() {
        let token = tokens().issue(&claims()).unwrap();
        assert_eq!(tokens().read(&token, NOW), Ok(claims()));
        assert!(tokens().read(&token, NOW.plus_ms(604_000)).is_ok(), "clocks may differ by five seconds");
        assert_eq!(tokens().read(&token, NOW.plus_ms(605_000)), Err(TokenFault::Expired));
        assert_eq!(
            tokens().read(&token, NOW.plus_ms(-6_000)),
            Err(TokenFault::Invalid),
            "issued in the future"
        );
    }

    #[test]
    fn an_older_key_of_the_ring_still_verifies() {
        let header = Header { kid: Some("k1".to_owned()), ..header() };
        assert_eq!(forge(&header, &claims(), &[8; 32]), Ok(claims()));
    }

    #[test]
    fn a_token_of_another_key_or_kid_is_refused() {
        assert_eq!(forge(&header(), &claims(), &[9; 32]), Err(TokenFault::Invalid));
        assert_eq!(forge(&header(), &claims(), b""), Err(TokenFault::Invalid));
        assert_eq!(
            forge(&Header { kid: Some("k9".to_owned()), ..header() }, &claims(), KEY),
            Err(TokenFault::Invalid)
        );
        assert_eq!(forge(&Header { kid: None, ..header() }, &claims(), KEY), Err(TokenFault::Invalid));
    }

    #[test]
    fn a_token_of_another_type_or_algorithm_is_refused() {
        assert_eq!(
            forge(&Header { typ: Some("JWT".to_owned()), ..header() }, &claims(), KEY),
            Err(TokenFault::Invalid)
        );
        assert_eq!(forge(&Header { typ: None, ..header() }, &claims(), KEY), Err(TokenFault::Invalid));
        let hs512 = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some("k2".to_owned()),
            ..Header::new(Algorithm::HS512)
        };
        assert_eq!(forge(&hs512, &claims(), KEY), Err(TokenFault::Invalid));
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        let part = |value: serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let header = part(json!({ "alg": "none", "typ": TYPE, "kid": "k2" }));
        let body = part(serde_json::to_value(claims()).unwrap());
        for token in [format!("{header}.{body}."), format!("{header}.{body}"), "..".to_owned(), String::new()]
        {
            assert_eq!(tokens().read(&token, NOW), Err(TokenFault::Invalid), "{token}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_of_another_type_is_refused() {
        for (claim, value) in [
            ("iss", json!(5)),
            ("iss", json!(["http://bell.example"])),
            ("aud", json!(["bell:p"])),
            ("aud", json!("p")),
            ("exp", json!("1000600")),
            ("exp", json!(1e19)),
            ("iat", json!(null)),
            ("pe", json!("0")),
            ("amr", json!("password")),
        ] {
            let mut forged = serde_json::to_value(claims()).unwrap();
            forged[claim] = value.clone();
            assert_eq!(forge(&header(), &forged, KEY), Err(TokenFault::Invalid), "{claim}: {value}");
            forged.as_object_mut().unwrap().remove(claim);
            assert_eq!(forge(&header(), &forged, KEY), Err(TokenFault::Invalid), "without {claim}");
        }
    }

    #[test]
    fn a_million_dots_cost_nothing() {
        assert_eq!(tokens().read(&".".repeat(1_000_000), NOW), Err(TokenFault::Invalid));
    }
}
