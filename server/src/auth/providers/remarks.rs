//! Sentences about a token that nobody has verified: what a provider's token should not be, or could be better.

use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value};

use super::{
    algorithm::Algorithm,
    claims::{LEEWAY_MS, MAX_LIFE_MS, moment},
    compact::{REFUSED_MEMBERS, is_known_type, refused_algorithm},
    excerpt::Excerpt,
};
use crate::auth::session_token;

/// The members by which a token would choose the key it is checked with.
const KEY_MEMBERS: [&str; 4] = ["jku", "jwk", "x5u", "x5c"];

/// About the header.
pub(super) fn on_header(header: &Map<String, Value>, encrypted: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let own = header.get("typ").and_then(Value::as_str) == Some(session_token::TYPE);
    match header.get("typ") {
        _ if own => remarks.push(format!(
            "it is a session token that this server or another bell issued (`typ` is `{}`), and no provider's",
            session_token::TYPE
        )),
        None => {}
        Some(Value::String(name)) if is_known_type(name) => {}
        Some(Value::String(name)) => remarks
            .push(format!("its type {} is of tokens for another purpose: none is accepted", Excerpt::of(name))),
        Some(_) => remarks.push("`typ` is not a string".to_owned()),
    }
    // The server's own are symmetric and say which key; the rest is about signed tokens of providers.
    if own || encrypted {
        return remarks;
    }
    match header.get("alg") {
        Some(Value::String(name)) if Algorithm::named(name).is_some() => {}
        Some(Value::String(name)) if name.starts_with("HS") => remarks.push(format!(
            "a symmetric token: {} needs the secret it was made with, and providers are checked with public keys",
            Excerpt::of(name)
        )),
        Some(Value::String(name)) => remarks.push(refused_algorithm(name).to_string()),
        Some(_) => remarks.push("`alg` is not a string".to_owned()),
        None => remarks.push("`alg` is missing: nothing says how it is signed".to_owned()),
    }
    match header.get("kid") {
        Some(Value::String(_)) => {}
        Some(_) => remarks.push("`kid` is not a string".to_owned()),
        None => remarks.push(
            "`kid` is missing: it can be checked only if the provider has exactly one usable key".to_owned(),
        ),
    }
    for member in REFUSED_MEMBERS.into_iter().filter(|member| header.contains_key(*member)) {
        remarks.push(format!("the header has the member `{member}`: no such token is accepted"));
    }
    for member in KEY_MEMBERS.into_iter().filter(|member| header.contains_key(*member)) {
        remarks.push(format!("the header has the member `{member}`, which is never followed"));
    }
    remarks
}

/// About the claims.
pub(super) fn on_claims(claims: &Map<String, Value>, now: Timestamp) -> Vec<String> {
    let mut remarks = Vec::new();
    match moment(claims, "exp") {
        Ok(None) => remarks.push("`exp` is missing: a token that never ends is not accepted".to_owned()),
        Ok(Some(at)) if at <= now => remarks.push(format!("it expired at {at}, {} ago", distance(at, now))),
        Ok(Some(at)) if at > now.plus_ms(MAX_LIFE_MS + LEEWAY_MS) => remarks.push(format!(
            "it lives until {at}, {} from now: more than 24 hours are not accepted",
            distance(now, at)
        )),
        _ => {}
    }
    for (claim, sentence) in [("nbf", "it is not valid before"), ("iat", "it was issued in the future, at")] {
        if let Ok(Some(at)) = moment(claims, claim)
            && at > now
        {
            remarks.push(format!("{sentence} {at} (`{claim}`), {} from now", distance(now, at)));
        }
    }
    match claims.get("iss") {
        Some(Value::String(_)) => {}
        Some(_) => remarks.push("`iss` is not a string".to_owned()),
        None => remarks.push("`iss` is missing: no provider can be recognised".to_owned()),
    }
    match claims.get("aud") {
        Some(Value::String(_)) => {}
        Some(Value::Array(several)) if several.iter().all(Value::is_string) => {}
        Some(_) => remarks.push("`aud` is neither a string nor a list of strings".to_owned()),
        None => {
            remarks.push("`aud` is missing: only a provider without an audience accepts it".to_owned());
        }
    }
    match claims.get("sub") {
        Some(Value::String(subject)) if subject.is_empty() => remarks.push("`sub` is empty".to_owned()),
        Some(Value::String(_)) => {}
        Some(_) => remarks.push("`sub` is not a string".to_owned()),
        None => {
            remarks.push("`sub` is missing: another claim has to say who it is (--user-claim)".to_owned());
        }
    }
    remarks
}

/// How long from one moment to the other, in its largest unit.
fn distance(from: Timestamp, to: Timestamp) -> String {
    let seconds = u64::try_from((to.unix_ms() - from.unix_ms()) / 1_000).unwrap_or(0);
    let unit = match seconds {
        0..60 => 1,
        60..3_600 => 60,
        3_600..86_400 => 3_600,
        _ => 86_400,
    };
    // Nobody wants to read that it was 3 days 4 hours 17 minutes and 5 seconds.
    let rounded = seconds / unit * unit;
    humantime::format_duration(std::time::Duration::from_secs(rounded)).to_string()
}
