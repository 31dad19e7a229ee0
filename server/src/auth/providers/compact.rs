//! The compact form of a signed token (RFC 7515, section 7.1), and its header (section 4).

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{algorithm::Algorithm, excerpt::Excerpt, fault::ProviderTokenFault as Fault};
use crate::strict_json;

/// Nothing longer is looked at: it would not fit into a header either.
pub(super) const MAX_BYTES: usize = 8 * 1_024;

/// The members of a header that change what the rest means: extensions that have to be understood (`crit`), a payload
/// that is not encoded (`b64`), compressed (`zip`), encrypted (`enc`) or a token itself (`cty`). No provider needs one.
pub(super) const REFUSED_MEMBERS: [&str; 5] = ["crit", "b64", "zip", "enc", "cty"];

/// The parts of a token, decoded.
pub(super) struct Parts<'a> {
    pub(super) header: Vec<u8>,
    pub(super) claims: Vec<u8>,
    /// What was signed: header and claims as they were sent.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    /// Takes a token apart: at most 8 KiB, three parts, none empty, each strict base64url.
    pub(super) fn of(token: &'a str) -> Result<Self, Fault> {
        if token.len() > MAX_BYTES {
            return Err(Fault::TooLong);
        }
        match token.bytes().filter(|byte| *byte == b'.').count() {
            2 => {}
            4 => return Err(Fault::Encrypted),
            _ => return Err(Fault::NotThreeParts),
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::NotThreeParts)?;
        let (header, claims) = signed.split_once('.').ok_or(Fault::NotThreeParts)?;
        if header.is_empty() || claims.is_empty() || signature.is_empty() {
            return Err(Fault::NotThreeParts);
        }
        let decode = |part: &'static str, text: &str| {
            BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Fault::NotBase64Url { part })
        };
        Ok(Self {
            header: decode("header", header)?,
            claims: decode("payload", claims)?,
            signed,
            signature: decode("signature", signature)?,
        })
    }

    /// The claims. Nobody vouches for them before the signature is checked.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, Fault> {
        object(&self.claims).map_err(|reason| Fault::ClaimsUnreadable { reason })
    }
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    match strict_json::parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err("it is not an object".to_owned()),
    }
}

/// What a header says that is of use: the algorithm and the key's name. Whatever else says where a key is, or is one
/// (`jku`, `jwk`, `x5u`, `x5c`), is never read: a token does not choose what it is checked with.
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
}

impl Header {
    pub(super) fn of(parts: &Parts<'_>) -> Result<Self, Fault> {
        let members = object(&parts.header).map_err(|reason| Fault::HeaderUnreadable { reason })?;
        let text = |member: &'static str| match members.get(member) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(Fault::HeaderMemberIllTyped { member }),
        };
        let name = text("alg")?.ok_or(Fault::HeaderMemberIllTyped { member: "alg" })?;
        let algorithm = Algorithm::named(name).ok_or_else(|| refused_algorithm(name))?;
        if let Some(member) = REFUSED_MEMBERS.into_iter().find(|member| members.contains_key(*member)) {
            return Err(Fault::HeaderMemberRefused { member });
        }
        if let Some(found) = text("typ")?.filter(|name| !is_known_type(name)) {
            return Err(Fault::TypeForeign { found: Excerpt::of(found) });
        }
        Ok(Self { algorithm, kid: text("kid")?.map(str::to_owned) })
    }
}

pub(super) fn refused_algorithm(name: &str) -> Fault {
    // There were readers that took `nOnE` for something else than `none`, and then accepted it.
    if name.eq_ignore_ascii_case("none") {
        return Fault::AlgorithmNone;
    }
    let algorithm = Excerpt::of(name);
    if matches!(name, "HS256" | "HS384" | "HS512") {
        return Fault::AlgorithmSymmetric { algorithm };
    }
    Fault::AlgorithmUnknown { algorithm }
}

/// `JWT`, or the access token of RFC 9068; `application/` in front may be left out (RFC 7515, section 4.1.9). Another
/// type is a token for another purpose (RFC 8725, section 3.11): a log-out token, a session token of this server.
pub(super) fn is_known_type(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.strip_prefix("application/").unwrap_or(&name), "jwt" | "at+jwt")
}
