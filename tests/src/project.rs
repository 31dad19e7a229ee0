//! A project's keys, and the proof that a site's backend computes with them.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What `project create` hands out.
#[derive(Clone, Debug)]
pub struct Project {
    /// Names it on the command line.
    pub id: String,
    /// As it was given.
    pub name: String,
    /// The public key.
    pub api_key: String,
    /// The key of the users' proofs.
    pub api_secret_key: String,
    /// The key its backend sends with.
    pub backend_key: String,
}

impl Project {
    /// Reads what `project create --json` prints.
    ///
    /// # Errors
    /// If it is something else: the member that is not there.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let text = |name: &str| {
            let member = json[name].as_str().map(ToOwned::to_owned);
            member.ok_or_else(|| format!("not what `project create --json` prints: it has no {name}"))
        };
        Ok(Self {
            id: text("id")?,
            name: text("name")?,
            api_key: text("apiKey")?,
            api_secret_key: text("apiSecretKey")?,
            backend_key: text("backendKey")?,
        })
    }

    /// Reads a file with what `project create --json` printed.
    ///
    /// # Errors
    /// If it cannot be read, or has something else in it; the file is named.
    pub fn from_file(file: &Path) -> Result<Self, String> {
        let wrong = |fault: String| format!("{}: {fault}", file.display());
        let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let json = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        Self::from_json(&json).map_err(wrong)
    }

    /// The same again.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "apiKey": self.api_key,
            "apiSecretKey": self.api_secret_key,
            "backendKey": self.backend_key,
        })
    }

    /// The plain proof of a user, in standard base64.
    #[must_use]
    pub fn proof(&self, user_id: &str) -> String {
        hmac_base64(&self.api_secret_key, user_id)
    }
}

/// HMAC-SHA256 (RFC 2104) of a text under a text, both as UTF-8.
#[must_use]
pub fn hmac_sha256(key: &str, message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("an HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The same in standard base64 with padding.
#[must_use]
pub fn hmac_base64(key: &str, message: &str) -> String {
    BASE64_STANDARD.encode(hmac_sha256(key, message))
}

/// The same in lowercase hexadecimal.
#[must_use]
pub fn hmac_hex(key: &str, message: &str) -> String {
    hmac_sha256(key, message).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
