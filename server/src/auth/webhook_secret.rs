//! The secrets of webhooks, and what is signed with them, by the Standard Webhooks scheme
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use notification_bell_protocol::Timestamp;
use sha2::Sha256;

use super::master_key::{MasterKey, MasterKeyError};
use crate::{randomness::Randomness, store::Webhook};

const PURPOSE: &str = "webhook secret";
const PREFIX: &str = "whsec_";
/// The scheme asks for 24 to 64.
const LENGTH: usize = 32;

/// A secret that both sides know.
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// A new one.
    #[must_use]
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(randomness.bytes::<LENGTH>().to_vec())
    }

    /// As it is shown, once.
    #[must_use]
    pub fn text(&self) -> String {
        [PREFIX, &BASE64.encode(&self.0)].concat()
    }

    /// Seals it, for keeping.
    ///
    /// # Errors
    /// See [`MasterKey::seal`].
    pub fn seal(
        &self,
        master_key: &MasterKey,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, MasterKeyError> {
        master_key.seal(PURPOSE, &self.0, randomness)
    }

    /// The secrets of a webhook that count now, the present one first.
    ///
    /// # Errors
    /// If the master key is not the one they were sealed under.
    pub fn open(
        master_key: &MasterKey,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Result<Vec<Self>, MasterKeyError> {
        let previous = webhook.previous_secret.as_ref().filter(|previous| previous.until > now);
        let sealed = [Some(&webhook.sealed_secret), previous.map(|previous| &previous.sealed)];
        sealed.into_iter().flatten().map(|sealed| Ok(Self(master_key.open(PURPOSE, sealed)?))).collect()
    }

    /// The signature of one message under this secret.
    fn signature(&self, id: &str, unix_seconds: i64, body: &str) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("any length of key");
        let mac = mac.chain_update(format!("{id}.{unix_seconds}.")).chain_update(body);
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one signature for each secret, with spaces between.
#[must_use]
pub fn signatures(secrets: &[WebhookSecret], id: &str, unix_seconds: i64, body: &str) -> String {
    let signatures: Vec<String> =
        secrets.iter().map(|secret| secret.signature(id, unix_seconds, body)).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::{WebhookSecret, signatures};
    use crate::randomness::{Randomness, test::CountedRandomness};

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret(BASE64.decode(text.strip_prefix("whsec_").unwrap().as_bytes()).unwrap())
    }

    /// The example of the scheme's own libraries.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signatures(&[secret], id, at, body), expected);
    }

    #[test]
    fn each_secret_signs_and_the_present_one_first() {
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let [one, other] = [WebhookSecret::generate(randomness), WebhookSecret::generate(randomness)];
        let alone = [one.signature("id", 1, "body"), other.signature("id", 1, "body")];
        assert_ne!(alone[0], alone[1]);
        assert_eq!(signatures(&[one, other], "id", 1, "body"), alone.join(" "));
    }

    #[test]
    fn id_time_and_body_are_all_signed() {
        let secret = WebhookSecret(vec![7; 32]);
        let signed = secret.signature("id", 1, "2.body");
        for (id, at, body) in [("id", 1, "body"), ("id", 12, "body"), ("i", 1, "2.body")] {
            assert_ne!(secret.signature(id, at, body), signed);
        }
    }

    #[test]
    fn a_secret_has_the_form_of_the_scheme() {
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let text = WebhookSecret::generate(randomness).text();
        assert_eq!(secret(&text).0.len(), 32);
    }
}
