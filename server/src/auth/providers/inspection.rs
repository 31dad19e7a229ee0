//! What a pasted token says, without believing it: for `token inspect`, on the command line alone.

use data_encoding::{BASE64URL_NOPAD, Encoding, Specification};
use notification_bell_protocol::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{claims::moment, compact::MAX_BYTES};
use crate::{
    auth::{keys::KeyKind, session_token},
    strict_json,
};

/// A token taken apart, and what catches the eye.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The header, if it can be read.
    pub header: Option<Value>,
    /// The claims, if they can be read.
    pub claims: Option<Value>,
    /// `iat`.
    pub issued_at: Option<Timestamp>,
    /// `nbf`.
    pub not_before: Option<Timestamp>,
    /// `exp`.
    pub expires_at: Option<Timestamp>,
    /// Sentences about what is unusual or wrong, whichever provider it is from.
    pub remarks: Vec<String>,
}

impl Inspection {
    /// Whether it claims to be a session token of a server like this one.
    #[must_use]
    pub fn is_session_token(&self) -> bool {
        self.header.as_ref().and_then(|header| header.get("typ")?.as_str()) == Some(session_token::TYPE)
    }
}

/// The token in a text, without what was copied along.
#[must_use]
pub fn bare(text: &str) -> &str {
    Inspection::default().unwrap_text(text)
}

/// Takes apart any text that may be a token, signed or encrypted (RFC 7515 and 7516, sections 3.1). Nothing is verified,
/// and more is read than the server accepts, so that the mistake can be named.
#[must_use]
pub fn inspect(text: &str, now: Timestamp) -> Inspection {
    let mut inspection = Inspection::default();
    let token = inspection.unwrap_text(text);
    if let Some(remark) = no_token(token) {
        inspection.remark(remark);
        return inspection;
    }
    if token.len() > MAX_BYTES {
        inspection.remark(format!("it has {} bytes; more than {MAX_BYTES} are not looked at", token.len()));
    }
    let parts: Vec<&str> = token.splitn(6, '.').collect();
    inspection.header = inspection.read("header", parts.first().copied().unwrap_or_default());
    match parts.as_slice() {
        [_, claims, signature] => {
            inspection.claims = inspection.read("payload", claims);
            if signature.is_empty() {
                inspection.remark("it has no signature");
            } else if inspection.decode("signature", signature).is_none() {
                inspection.remark("the signature is not base64url");
            }
        }
        [_, _, _, _, _] => inspection.remark(
            "it is encrypted (a JWE): its claims cannot be read, and only signed tokens (JWS) are accepted",
        ),
        other => inspection.remark(format!(
            "it has {} parts between dots and not three: it was cut off, or is no token",
            if other.len() == 6 { "more than five".to_owned() } else { other.len().to_string() }
        )),
    }
    if let Some(Value::Object(header)) = inspection.header.clone() {
        inspection.remarks.extend(super::remarks::on_header(&header, parts.len() == 5));
    }
    if let Some(Value::Object(claims)) = inspection.claims.clone() {
        inspection.read_times(&claims);
        inspection.remarks.extend(super::remarks::on_claims(&claims, now));
    }
    inspection
}

/// Base64url that overlooks what people paste: padding, the other alphabet, unused bits.
fn lenient() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    specification.translate.from.push_str("+/");
    specification.translate.to.push_str("-_");
    specification.ignore.push('=');
    specification.check_trailing_bits = false;
    specification.encoding().ok()
}

impl Inspection {
    fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// Drops what is often copied along.
    fn unwrap_text<'a>(&mut self, text: &'a str) -> &'a str {
        let mut token = text.trim();
        if let Some((scheme, rest)) = token.split_once(' ')
            && scheme.trim_end_matches(':').eq_ignore_ascii_case("bearer")
        {
            self.remark("`Bearer` in front was overlooked: it belongs into the header, not to the token");
            token = rest.trim();
        }
        let quoted = |mark| token.len() > 1 && token.starts_with(mark) && token.ends_with(mark);
        if quoted('"') || quoted('\'') {
            self.remark("quotation marks around it were overlooked: they are not part of the token");
            token = &token[1..token.len() - 1];
        }
        if token.contains(char::is_whitespace) {
            self.remark("there is white space in it: a line break was copied along?");
        }
        token
    }

    fn decode(&mut self, part: &str, text: &str) -> Option<Vec<u8>> {
        if let Ok(bytes) = BASE64URL_NOPAD.decode(text.as_bytes()) {
            return Some(bytes);
        }
        let bytes = lenient()?.decode(text.as_bytes()).ok()?;
        self.remark(if text.contains('=') {
            format!("the {part} is padded with `=`, which a token is not (RFC 7515, section 2)")
        } else if text.contains(['+', '/']) {
            format!("the {part} is plain base64; a token is base64url, with `-` and `_`")
        } else {
            format!("the last character of the {part} has bits that do not count: it was changed or cut off")
        });
        Some(bytes)
    }

    /// A part as JSON. What the server would refuse is shown too, if it can be.
    fn read(&mut self, part: &str, text: &str) -> Option<Value> {
        let Some(bytes) = self.decode(part, text) else {
            self.remark(format!("the {part} is not base64url"));
            return None;
        };
        let value = strict_json::parse(&bytes).or_else(|reason| {
            self.remark(format!("the {part} is not JSON that everybody reads alike: {reason}"));
            serde_json::from_slice(&bytes)
        });
        if value.as_ref().is_ok_and(|value| !value.is_object()) {
            self.remark(format!("the {part} is not a JSON object"));
        }
        value.ok()
    }

    fn read_times(&mut self, claims: &Map<String, Value>) {
        let mut read = |claim| match moment(claims, claim) {
            Ok(moment) => moment,
            Err(fault) => {
                self.remarks.push(fault.to_string());
                None
            }
        };
        let (issued_at, not_before, expires_at) = (read("iat"), read("nbf"), read("exp"));
        self.issued_at = issued_at;
        self.not_before = not_before;
        self.expires_at = expires_at;
    }
}

/// What was pasted instead of a token.
fn no_token(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("there is nothing");
    }
    if text.starts_with("v2.") {
        return Some("it is a `userHmac` with an end and no token: `check-hmac` says whether it holds");
    }
    Some(match KeyKind::of(text)? {
        KeyKind::Public => "it is a project's public key (pk_…) and no token",
        KeyKind::Secret => {
            "it is a project's secret (sk_…) and no token: nobody else should see it, rotate it if somebody did"
        }
        KeyKind::Backend => {
            "it is a backend's API key (ak_…) and no token: it is sent as it is, and replaced if others saw it"
        }
    })
}
