//! Plain proofs: the MAC of the user id under the secret.

use super::{
    Case, ingredients,
    search::{Way, search},
    writing,
};
use crate::auth::proofs::plain;

/// As many characters of a proof are not there by chance.
const CERTAIN_CHARACTERS: usize = 20;

pub(super) fn diagnose(case: &Case<'_>) -> Option<String> {
    let readings = writing::readings(case.proof, false);
    let (keys, ids) = (ingredients::keys(case, &str::to_owned), ingredients::ids(case));
    if let Some(mistakes) = search(&readings, &keys, &ids) {
        return Some(mistakes.join("; and "));
    }
    let swapped = search(&readings, &[Way::right(case.user_id)], &[Way::right(case.secret)]);
    if swapped.is_some() {
        return Some(
            "the secret and the user id were swapped: the secret is the key, the id the message".to_owned(),
        );
    }
    if plain::verify(case.secret, case.proof, case.user_id).is_ok() {
        return Some("user id and proof were given in the wrong order".to_owned());
    }
    let right = plain::prove(case.secret, case.user_id);
    let proof = case.proof.trim();
    if proof.len() >= CERTAIN_CHARACTERS && right.starts_with(proof) {
        return Some("the proof was cut off".to_owned());
    }
    plain::decode(proof).is_none().then(|| writing::form(proof))
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
    use hmac::{Hmac, KeyInit, Mac};
    use notification_bell_protocol::Timestamp;
    use sha1::Sha1;
    use sha2::{Digest, Sha256, Sha512};

    use super::{Case, diagnose, plain};

    const SECRET: &str = "sk_secret";
    const USER: &str = "user@example.com";

    fn mistake(proof: &str) -> String {
        let others = [("Staging".to_owned(), "sk_staging".to_owned())];
        let ended = ("sk_before".to_owned(), Timestamp::from_unix_ms(0));
        let case = Case {
            secret: SECRET,
            ended: Some(&ended),
            api_key: "pk_public",
            others: &others,
            user_id: USER,
            proof,
        };
        diagnose(&case).unwrap_or_default()
    }

    fn mac_of<M: Mac + KeyInit>(key: &str, message: &str) -> Vec<u8> {
        let mac = <M as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(message).finalize().into_bytes().to_vec()
    }

    #[test]
    fn each_mistake_has_a_name() {
        let right = plain::prove(SECRET, USER);
        let mac = plain::decode(&right).unwrap();
        let hex = HEXLOWER.encode(&mac);
        let base64 = |bytes: &[u8]| BASE64.encode(bytes);
        for (proof, word) in [
            (String::new(), "empty"),
            (format!("{right}\n\n"), "white space around"),
            (format!("{}\n{}", &hex[..40], &hex[40..]), "on one line"),
            (base64(hex.as_bytes()), "digest()"),
            (base64(format!("{hex}\n").as_bytes()), "digest()"),
            (base64(HEXUPPER.encode(&mac).as_bytes()), "digest()"),
            (base64(format!("SHA2-256(stdin)= {hex}\n").as_bytes()), "-binary"),
            (format!("SHA2-256(stdin)= {hex}"), "-binary"),
            (base64(right.as_bytes()), "twice"),
            (right.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F"), "percent-encoded"),
            (right.replace('=', "&#x3D;"), "HTML"),
            (format!("\"{right}\""), "quotation marks"),
            (format!("b'{right}'"), "Python"),
            (format!("sha256={hex}"), "sha256="),
            (format!("0x{hex}"), "0x"),
            (right[..30].to_owned(), "cut off"),
            (plain::prove(SECRET, "USER@EXAMPLE.COM"), "upper-case"),
            (plain::prove(SECRET, "User@example.com"), "capital letter"),
            (plain::prove(SECRET, "User@Example.Com"), "capital letters"),
            (plain::prove(SECRET, "user@example.com\n"), "line break"),
            (plain::prove(SECRET, "undefined"), "made of nothing"),
            (plain::prove("pk_public", USER), "public key"),
            (plain::prove("sk_staging", USER), "Staging"),
            (plain::prove("sk_before", USER), "not accepted since 1970"),
            (plain::prove("sk_secret\r\n", USER), "of Windows"),
            (plain::prove("\"sk_secret\"", USER), "settings file"),
            (plain::prove("secret", USER), "without its beginning"),
            (plain::prove("undefined", USER), "was not set"),
            (plain::prove(USER, SECRET), "swapped"),
            (base64(&mac_of::<Hmac<Sha1>>(SECRET, USER)), "SHA1"),
            (HEXLOWER.encode(&mac_of::<Hmac<Sha512>>(SECRET, USER)), "SHA512"),
            (base64(&Sha256::digest(format!("{SECRET}{USER}"))), "no HMAC"),
            ("sk_something".to_owned(), "never put it into a page"),
            ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln".to_owned(), "userToken"),
            ("nonsense".to_owned(), "8 characters"),
            ("not&base64".to_owned(), "place 4"),
        ] {
            assert!(mistake(&proof).contains(word), "{proof:?}: {:?} has no {word:?}", mistake(&proof));
        }
    }

    #[test]
    fn two_mistakes_at_once_are_both_named() {
        let proof = plain::prove("sk_secret\n", "user@example.com\n");
        assert_eq!(mistake(&proof).matches("line break").count(), 2, "{}", mistake(&proof));
        let hex = HEXLOWER.encode(&plain::decode(&plain::prove("sk_before", USER)).unwrap());
        let said = mistake(&BASE64.encode(hex.as_bytes()));
        assert!(said.contains("digest()") && said.contains("before the present one"), "{said}");
        let said = mistake(&HEXLOWER.encode(&mac_of::<Hmac<Sha1>>(SECRET, "USER@EXAMPLE.COM")));
        assert!(said.contains("SHA1") && said.contains("upper-case"), "{said}");
    }

    #[test]
    fn a_plus_that_became_a_space_is_recognised() {
        let user = (0..1_000)
            .map(|n| format!("u{n}"))
            .find(|user| plain::prove(SECRET, user).contains('+'))
            .unwrap();
        let proof = plain::prove(SECRET, &user).replace('+', " ");
        let case = Case {
            secret: SECRET,
            ended: None,
            api_key: "pk_public",
            others: &[],
            user_id: &user,
            proof: &proof,
        };
        assert!(diagnose(&case).unwrap().contains("became a space"));
    }

    #[test]
    fn what_is_nobodys_mistake_has_no_name() {
        assert_eq!(mistake(&plain::prove("sk_unknown", USER)), "");
    }
}
