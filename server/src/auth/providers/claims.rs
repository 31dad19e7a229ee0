//! What the claims of a provider's token have to say (RFC 7519, section 4.1), after its signature was checked.

use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value};

use super::{ProviderRules, excerpt::Excerpt, fault::ProviderTokenFault as Fault, token::VerifiedToken};

/// The provider's clock and this one may differ by so much.
pub(super) const LEEWAY_MS: i64 = 60_000;
/// A token that lives longer is none for opening a session or sending, but one to be stolen.
pub(super) const MAX_LIFE_MS: i64 = 24 * 3_600_000;
/// 9999-12-31T23:59:59.999Z, the last moment that can be written.
const LATEST_MS: u64 = 253_402_300_799_999;

type Claims = Map<String, Value>;

/// Checks times, issuer, audience, required claims and the user, in this order.
pub(super) fn check(claims: &Claims, rules: &ProviderRules, now: Timestamp) -> Result<VerifiedToken, Fault> {
    let expires_at = moment(claims, "exp")?.ok_or(Fault::ExpiryMissing)?;
    if expires_at.plus_ms(LEEWAY_MS) <= now {
        return Err(Fault::Expired { at: expires_at });
    }
    if expires_at > now.plus_ms(MAX_LIFE_MS + LEEWAY_MS) {
        return Err(Fault::LifeTooLong { until: expires_at });
    }
    let soon = now.plus_ms(LEEWAY_MS);
    if let Some(from) = moment(claims, "nbf")?.filter(|from| *from > soon) {
        return Err(Fault::NotYetValid { from });
    }
    let issued_at = moment(claims, "iat")?;
    if let Some(at) = issued_at.filter(|at| *at > soon) {
        return Err(Fault::IssuedInTheFuture { at });
    }
    issuer(claims, &rules.issuer)?;
    audience(claims, rules.audience.as_deref())?;
    for (claim, expected) in &rules.required {
        let value = claims.get(claim).ok_or_else(|| Fault::RequiredClaimMissing { claim: claim.clone() })?;
        if !says(claim, value, expected) {
            return Err(Fault::RequiredClaimWrong { claim: claim.clone() });
        }
    }
    Ok(VerifiedToken { subject: subject(claims, &rules.user_claim)?, issued_at, expires_at })
}

/// A `NumericDate` (RFC 7519, section 2): seconds, and perhaps a fraction.
pub(super) fn moment(claims: &Claims, claim: &'static str) -> Result<Option<Timestamp>, Fault> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let number = value.as_number().ok_or(Fault::TimeIllTyped { claim })?;
    let unix_ms = match (number.as_u64(), number.as_f64()) {
        (Some(seconds), _) => seconds.checked_mul(1_000),
        (None, Some(seconds)) if (0.0..=1e12).contains(&seconds) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is positive and below 2^53; what is less than a millisecond is cut off"
            )]
            let unix_ms = (seconds * 1_000.0) as u64;
            Some(unix_ms)
        }
        _ => None,
    };
    let unix_ms =
        unix_ms.filter(|unix_ms| *unix_ms <= LATEST_MS).and_then(|unix_ms| i64::try_from(unix_ms).ok());
    unix_ms.map(|unix_ms| Some(Timestamp::from_unix_ms(unix_ms))).ok_or(Fault::TimeOutOfRange { claim })
}

fn issuer(claims: &Claims, expected: &str) -> Result<(), Fault> {
    let found = claims.get("iss").ok_or(Fault::IssuerMissing)?;
    let found = found.as_str().ok_or(Fault::IssuerIllTyped)?;
    if found == expected {
        Ok(())
    } else {
        Err(Fault::IssuerWrong { found: Excerpt::of(found), expected: expected.to_owned() })
    }
}

/// Without an audience in the rules, the token's may be anything that is one at all.
fn audience(claims: &Claims, expected: Option<&str>) -> Result<(), Fault> {
    let found = match claims.get("aud") {
        None if expected.is_some() => return Err(Fault::AudienceMissing),
        None => return Ok(()),
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => {
            several.iter().map(Value::as_str).collect::<Option<Vec<_>>>().ok_or(Fault::AudienceIllTyped)?
        }
        Some(_) => return Err(Fault::AudienceIllTyped),
    };
    match expected {
        Some(expected) if !found.contains(&expected) => {
            Err(Fault::AudienceWrong { found: Excerpt::of(&found.join(", ")), expected: expected.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Whether a claim says what is required: a string does if it is equal, `true`, `false` and integers if their JSON text
/// is, a list if one of its strings is equal (`groups`, `roles`), and `scope` if one of its words is (RFC 8693,
/// section 4.2). Fractions, nested lists and objects never do: their text is not the same everywhere.
fn says(claim: &str, value: &Value, expected: &str) -> bool {
    match value {
        Value::String(text) if claim == "scope" => text.split(' ').any(|word| word == expected),
        Value::String(text) => text == expected,
        Value::Array(several) => several.iter().any(|one| one.as_str() == Some(expected)),
        Value::Bool(yes) => expected == if *yes { "true" } else { "false" },
        Value::Number(number) => !number.is_f64() && number.to_string() == expected,
        Value::Null | Value::Object(_) => false,
    }
}

/// Who it is. Also for sending, so that the log can say who sent; another claim than `sub` can be chosen.
fn subject(claims: &Claims, claim: &str) -> Result<String, Fault> {
    // A `sub` that is no string is no JWT (RFC 7519, section 4.1.2), even where another claim says who it is.
    for claim in ["sub", claim] {
        if claims.get(claim).is_some_and(|value| !value.is_string()) {
            return Err(Fault::UserClaimIllTyped { claim: claim.to_owned() });
        }
    }
    match claims.get(claim).and_then(Value::as_str) {
        None => Err(Fault::UserClaimMissing { claim: claim.to_owned() }),
        Some("") => Err(Fault::UserClaimEmpty { claim: claim.to_owned() }),
        Some(subject) => Ok(subject.to_owned()),
    }
}
