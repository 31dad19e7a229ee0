//! Proof B: `v2.<exp>.<mac>`, an HMAC-SHA256 with an end, in the same attribute as the plain one.
//!
//! Its key is another one than the plain proof's on purpose. With one key, whoever may choose a user name could call
//! themselves `1893456000.somebody`, and the site's own page would sign that for them.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use notification_bell_protocol::Timestamp;
use sha2::Sha256;

use super::{ProofFault, without_line_break};

/// What tells it from a plain proof.
pub(super) const PREFIX: &str = "v2.";
const KEY_PREFIX: &str = "v2:";
/// The end of a proof is so far ahead at most.
pub const MAX_AHEAD_MS: i64 = 7 * 86_400_000;
/// The site's clock and this one may differ by so much.
const LEEWAY_MS: i64 = 60_000;

fn mac(secret: &str, expires_at_seconds: &str, user_id: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice([KEY_PREFIX, secret].concat().as_bytes())
        .expect("any length of key");
    // The end comes first and has no dot in it, so that no two pairs of end and id make one message.
    mac.chain_update(expires_at_seconds).chain_update(".").chain_update(user_id)
}

/// The proof for a user id until a moment, cut to the second.
#[must_use]
pub fn prove(secret: &str, user_id: &str, expires_at: Timestamp) -> String {
    let expires_at = expires_at.unix_ms().div_euclid(1_000).to_string();
    let mac = mac(secret, &expires_at, user_id).finalize().into_bytes();
    format!("{PREFIX}{expires_at}.{}", BASE64URL_NOPAD.encode(&mac))
}

/// Checks a proof; gives its end.
///
/// # Errors
/// What is wrong with it; that it has expired or lasts too long is said only of one that is right.
pub fn verify(secret: &str, user_id: &str, proof: &str, now: Timestamp) -> Result<Timestamp, ProofFault> {
    let (expires_at_text, mac_text) = without_line_break(proof)
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('.'))
        .ok_or(ProofFault::Unreadable)?;
    let claimed = BASE64URL_NOPAD.decode(mac_text.as_bytes());
    let claimed = claimed.map_err(|_| ProofFault::Unreadable)?;
    mac(secret, expires_at_text, user_id).verify_slice(&claimed).map_err(|_| ProofFault::Mismatch)?;
    let expires_at = seconds(expires_at_text).ok_or(ProofFault::Unreadable)?;
    if expires_at > now.plus_ms(MAX_AHEAD_MS + LEEWAY_MS) {
        return Err(ProofFault::TooFarAhead);
    }
    if expires_at <= now { Err(ProofFault::Expired) } else { Ok(expires_at) }
}

/// Unix seconds: decimal digits without a leading zero.
fn seconds(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with('0') || text.len() > 12 {
        return None;
    }
    Some(Timestamp::from_unix_ms(text.parse::<i64>().ok()? * 1_000))
}

#[cfg(test)]
mod tests {
    use hmac::Mac;
    use notification_bell_protocol::Timestamp;
    use proptest::prelude::*;

    use super::{mac, prove, verify};
    use crate::auth::proofs::{ProofFault, plain};

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    #[test]
    fn it_holds_until_its_end() {
        let end = NOW.plus_ms(3_600_000);
        let proof = prove("secret", "user@example.com", end);
        assert!(proof.starts_with("v2.1800003600."), "{proof}");
        assert_eq!(verify("secret", "user@example.com", &proof, NOW), Ok(end));
        assert_eq!(verify("secret", "user@example.com", &proof, end.plus_ms(-1)), Ok(end));
        assert_eq!(verify("secret", "user@example.com", &proof, end), Err(ProofFault::Expired));
        assert_eq!(
            verify("secret", "user@example.com", &format!("{proof}\n"), NOW),
            Ok(end),
            "Ruby's line break"
        );
    }

    #[test]
    fn it_lasts_seven_days_at_most() {
        let day_ms = 86_400_000;
        assert!(verify("s", "u", &prove("s", "u", NOW.plus_ms(7 * day_ms)), NOW).is_ok());
        assert_eq!(
            verify("s", "u", &prove("s", "u", NOW.plus_ms(8 * day_ms)), NOW),
            Err(ProofFault::TooFarAhead)
        );
    }

    #[test]
    fn a_plain_proof_of_a_made_up_user_name_is_no_expiring_proof() {
        // The visitor calls themselves "1800003600.victim", and the site's page signs that name.
        let signed = plain::decode(&plain::prove("secret", "1800003600.victim")).unwrap();
        let forged = format!("v2.1800003600.{}", data_encoding::BASE64URL_NOPAD.encode(&signed));
        assert_eq!(verify("secret", "victim", &forged, NOW), Err(ProofFault::Mismatch));
    }

    #[test]
    fn an_end_that_is_not_written_plainly_is_refused_though_it_was_signed() {
        for end in ["01800003600", "+1800003600", "1800003600.0", "", "1e9", "9999999999999", " 1800003600"] {
            let signed = mac("s", end, "u").finalize().into_bytes();
            let proof = format!("v2.{end}.{}", data_encoding::BASE64URL_NOPAD.encode(&signed));
            assert_eq!(verify("s", "u", &proof, NOW), Err(ProofFault::Unreadable), "{end:?}");
        }
    }

    #[test]
    fn a_cut_or_padded_mac_is_refused() {
        let proof = prove("s", "u", NOW.plus_ms(60_000));
        for proof in [&proof[..proof.len() - 1], &format!("{proof}="), &proof[..14], "v2.", "v2..", "v2.1."] {
            let fault = verify("s", "u", proof, NOW).unwrap_err();
            assert!(matches!(fault, ProofFault::Unreadable | ProofFault::Mismatch), "{proof}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(rest in "\\PC{0,60}") {
            let proof = ["v2.", &rest].concat();
            prop_assert!(verify("s", "u", &proof, NOW).is_err());
        }
    }
}
