//! The keys of a provider (JWK Set, RFC 7517, section 5), read one by one: a bad one does not spoil the others.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};

use super::excerpt::Excerpt;
pub use super::{
    key::{KeyType, UsableKey},
    key_fault::KeyFault,
};
use crate::strict_json;

/// More than any provider publishes; each costs time to read.
const MAX_KEYS: usize = 100;

/// Why a document is not a key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// Perhaps a log-in page, or the provider's configuration instead of its keys.
    #[error("the document is not a JSON object with a list `keys`: {0}")]
    NotAKeySet(String),
    /// The provider's configuration (`OpenID` Connect Discovery 1.0), which says where its keys are.
    #[error("this is the provider's configuration, not its keys: give its jwks_uri, {0}")]
    Configuration(Excerpt),
    /// More than 100.
    #[error("the document has more than {MAX_KEYS} keys")]
    TooManyKeys,
}

/// A key that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    /// Its name in the set, if that can be read.
    pub kid: Option<String>,
    /// Its type as it stands in the document (`kty`), if that can be read.
    pub key_type: Option<String>,
    /// Why.
    pub fault: KeyFault,
}

/// The keys of one provider.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    usable: Vec<UsableKey>,
    unusable: Vec<UnusableKey>,
}

impl KeySet {
    /// Reads a key set. One without any usable key, or without any, is one too.
    ///
    /// # Errors
    /// If the document as a whole is not a key set. What is wrong with a single key is in [`unusable`](Self::unusable).
    pub fn parse(document: &[u8]) -> Result<Self, KeySetFault> {
        let text = std::str::from_utf8(document).map_err(|_| KeySetFault::NotUtf8)?;
        let outline: Outline<'_> = serde_json::from_str(text).map_err(|error| not_a_key_set(text, &error))?;
        if outline.keys.len() > MAX_KEYS {
            return Err(KeySetFault::TooManyKeys);
        }
        let mut set = Self::default();
        for key in outline.keys {
            match read(key) {
                Ok(key) => set.usable.push(key),
                Err(key) => set.unusable.push(key),
            }
        }
        Ok(set)
    }

    /// The keys that signatures are checked with.
    #[must_use]
    pub fn usable(&self) -> &[UsableKey] {
        &self.usable
    }

    /// The keys that are passed over, and why.
    #[must_use]
    pub fn unusable(&self) -> &[UnusableKey] {
        &self.unusable
    }

    /// The usable keys of this name: usually one, but nothing forbids more (RFC 7517, section 4.5).
    pub fn named<'a>(&'a self, kid: &'a str) -> impl Iterator<Item = &'a UsableKey> {
        self.usable.iter().filter(move |key| key.kid() == Some(kid))
    }
}

fn not_a_key_set(text: &str, error: &serde_json::Error) -> KeySetFault {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    match document.get("jwks_uri").and_then(Value::as_str) {
        Some(address) => KeySetFault::Configuration(Excerpt::of(address)),
        None => KeySetFault::NotAKeySet(error.to_string()),
    }
}

fn read(key: &RawValue) -> Result<UsableKey, UnusableKey> {
    let unusable = |jwk: &Value, fault| {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str).map(str::to_owned);
        UnusableKey { kid: member("kid"), key_type: member("kty"), fault }
    };
    match strict_json::parse(key.get().as_bytes()) {
        Err(reason) => Err(unusable(&Value::Null, KeyFault::Unreadable(reason))),
        Ok(Value::Object(jwk)) => UsableKey::read(&jwk).map_err(|fault| unusable(&Value::Object(jwk), fault)),
        Ok(_) => Err(unusable(&Value::Null, KeyFault::NotAnObject)),
    }
}

/// The document with its keys still unread.
struct Outline<'a> {
    keys: Vec<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Outline<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OutlineVisitor)
    }
}

struct OutlineVisitor;

impl<'de> Visitor<'de> for OutlineVisitor {
    type Value = Outline<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut keys = None;
        while let Some(name) = members.next_key::<String>()? {
            // Of two lists, each reader would take another one.
            if name != "keys" {
                members.next_value::<IgnoredAny>()?;
            } else if keys.is_some() {
                return Err(Error::duplicate_field("keys"));
            } else {
                keys = Some(members.next_value::<Vec<&RawValue>>()?);
            }
        }
        keys.map(|keys| Outline { keys }).ok_or_else(|| Error::missing_field("keys"))
    }
}
