//! Proof A: `userHmac`, the plain HMAC-SHA256 of a user id under the project's secret (RFC 2104, FIPS 198-1).

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ProofFault;

const MAC_BYTES: usize = 32;

fn mac(secret: &str, user_id: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("any length of key");
    mac.chain_update(user_id.as_bytes())
}

/// The proof for a user id: standard base64 with padding, 44 characters.
///
/// The key is the text of the secret, and both are taken as UTF-8.
#[must_use]
pub fn prove(secret: &str, user_id: &str) -> String {
    BASE64.encode(&mac(secret, user_id).finalize().into_bytes())
}

/// Checks a proof. The comparison takes the same time whatever the proof is.
///
/// # Errors
/// If it is not the MAC of this user id under this secret, or cannot be read.
pub fn verify(secret: &str, user_id: &str, proof: &str) -> Result<(), ProofFault> {
    // The MAC is computed even for a proof that cannot be read, so that the time tells nothing about its form.
    let mac = mac(secret, user_id);
    let claimed = decode(proof);
    let equal = mac.verify_slice(&claimed.unwrap_or_default()).is_ok();
    if equal && claimed.is_some() { Ok(()) } else { Err(ProofFault::Invalid) }
}

/// Reads the 32 bytes of a proof: base64 or base64url, with or without padding, or hex in either case. One line
/// break at the end is dropped, because Ruby's `encode64` adds it. Anything else, and a last symbol whose unused
/// bits are not zero, is no proof.
#[must_use]
pub fn decode(proof: &str) -> Option<[u8; MAC_BYTES]> {
    let text = super::without_line_break(proof);
    let encodings: &[Encoding] = match text.len() {
        64 => &[HEXLOWER, HEXUPPER],
        44 => &[BASE64, BASE64URL],
        43 => &[BASE64_NOPAD, BASE64URL_NOPAD],
        _ => return None,
    };
    encodings.iter().find_map(|encoding| encoding.decode(text.as_bytes()).ok())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::{decode, prove, verify};

    const SECRET: &str = "NOTIFIR_API_SECRET";
    const USER: &str = "user@example.com";
    const PROOF: &str = "Cj69krrGeL1LxdFXbEh8H5rRPjIheOJ9n93Cx8lQRkM=";

    #[test]
    fn the_shared_vectors_hold() {
        let vectors: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../../../tests/vectors/user-hmac.json")).unwrap();
        assert!(!vectors.is_empty());
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap().to_owned();
            assert_eq!(prove(&text("secret"), &text("userId")), text("base64"));
        }
    }

    #[test]
    fn every_allowed_encoding_is_read() {
        let unpadded = PROOF.trim_end_matches('=');
        let hex = HEXLOWER.encode(&decode(PROOF).unwrap());
        for proof in [
            PROOF.to_owned(),
            unpadded.to_owned(),
            PROOF.replace('+', "-").replace('/', "_"),
            unpadded.replace('+', "-").replace('/', "_"),
            hex.clone(),
            hex.to_uppercase(),
            format!("{PROOF}\n"),
            format!("{PROOF}\r\n"),
        ] {
            assert_eq!(verify(SECRET, USER, &proof), Ok(()), "{proof:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let hex = HEXLOWER.encode(&decode(PROOF).unwrap());
        for proof in [
            String::new(),
            format!("{PROOF}\n\n"),
            format!(" {PROOF}"),
            format!("{PROOF} "),
            format!("{PROOF}="),
            PROOF[..42].to_owned(),
            PROOF.replace("RkM=", "RkN="),
            hex[..62].to_owned(),
            format!("0x{}", &hex[2..]),
            format!("{}{}", hex[..32].to_uppercase(), &hex[32..]),
            "A".repeat(44),
            "\u{feff}".to_owned() + PROOF,
        ] {
            assert!(verify(SECRET, USER, &proof).is_err(), "{proof:?}");
        }
    }

    #[test]
    fn an_unreadable_proof_does_not_stand_for_a_mac_of_zeros() {
        assert!(decode("").is_none());
        assert!(verify(SECRET, USER, "?").is_err());
    }

    #[test]
    fn both_alphabets_in_one_proof_are_refused() {
        assert!(decode("+-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").is_none());
    }

    proptest! {
        #[test]
        fn a_proof_serves_one_user_and_one_secret(secret in "[!-~]{1,40}", user in "[a-z0-9]{1,20}", other in "[a-z0-9]{1,20}") {
            let proof = prove(&secret, &user);
            prop_assert!(verify(&secret, &user, &proof).is_ok());
            prop_assert_eq!(verify(&secret, &other, &proof).is_ok(), user == other);
            let another = [&secret, "x"].concat();
            prop_assert!(verify(&another, &user, &proof).is_err());
        }

        #[test]
        fn any_text_is_read_without_a_panic(proof in "\\PC{0,80}") {
            let _ = decode(&proof);
        }
    }
}
