//! Why a proof does not hold, for those who may know: the mistakes that are made in practice, tried one by one.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::proofs::plain;

/// What to try a proof against.
pub struct Case<'case> {
    /// The project's secret.
    pub secret: &'case str,
    /// Its public key.
    pub api_key: &'case str,
    /// The secrets of other projects, with their names.
    pub others: &'case [(String, String)],
    /// The user id that the page gives.
    pub user_id: &'case str,
    /// The proof that the page gives.
    pub proof: &'case str,
}

/// The mistake, in a sentence that says what to change; `None` if it is none of those that are known.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Option<String> {
    let proof = case.proof.trim();
    if proof.is_empty() {
        return Some("the proof is empty".to_owned());
    }
    if proof != case.proof && holds(case.secret, case.user_id, proof) {
        return Some(
            "there is white space around the proof: remove it (`echo` adds a line break, `printf` does not)"
                .to_owned(),
        );
    }
    let plus = proof.replace(' ', "+");
    if plus != proof && holds(case.secret, case.user_id, &plus) {
        return Some("each + of the base64 became a space: the proof went through a form or a query without being escaped".to_owned());
    }
    encoding(case, proof)
        .or_else(|| message(case, proof))
        .or_else(|| key(case, proof))
        .or_else(|| algorithm(case, proof))
        .or_else(|| plain::decode(proof).is_none().then(|| form(proof)))
}

fn holds(secret: &str, user_id: &str, proof: &str) -> bool {
    plain::verify(secret, user_id, proof).is_ok()
}

fn encoding(case: &Case<'_>, proof: &str) -> Option<String> {
    let mac = plain::decode(&plain::prove(case.secret, case.user_id))?;
    let hex = HEXLOWER.encode(&mac);
    let standard = BASE64.encode(&mac);
    if proof == BASE64.encode(hex.as_bytes()) {
        return Some("the text of the hex digest was encoded in base64: encode the 32 bytes themselves (`digest()`, not `hexdigest()`)".to_owned());
    }
    if proof == BASE64.encode(standard.as_bytes()) {
        return Some("the proof was encoded in base64 twice".to_owned());
    }
    if proof == standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D") {
        return Some("the proof is percent-encoded: put it into the attribute as it is".to_owned());
    }
    if proof.len() >= 20 && (standard.starts_with(proof) || hex.starts_with(&proof.to_lowercase())) {
        return Some("the proof was cut off".to_owned());
    }
    None
}

fn message(case: &Case<'_>, proof: &str) -> Option<String> {
    let id = case.user_id;
    let tries = [
        (id.to_uppercase(), "the id was upper-case when the proof was made"),
        (id.to_lowercase(), "the id was lower-case when the proof was made"),
        (
            format!("{id}\n"),
            "a line break was at the end of the id when the proof was made (`echo` adds one, `printf` does not)",
        ),
        (format!("{id} "), "a space was at the end of the id when the proof was made"),
        (format!(" {id}"), "a space was at the start of the id when the proof was made"),
        (format!("\"{id}\""), "the id was in quotation marks (JSON) when the proof was made"),
        (case.api_key.to_owned(), "the proof was made of the public key instead of the user id"),
        (format!("{}:{id}", case.api_key), "the public key was put before the id when the proof was made"),
        (String::new(), "the proof was made of nothing: the variable with the id was empty"),
        (id.replace('@', "%40"), "the id was percent-encoded when the proof was made"),
    ];
    let found = tries.iter().find(|(message, _)| message != id && holds(case.secret, message, proof));
    found.map(|(_, mistake)| format!("{mistake}: make it of exactly the id that the page uses"))
}

fn key(case: &Case<'_>, proof: &str) -> Option<String> {
    let id = case.user_id;
    if holds(case.api_key, id, proof) {
        return Some("the public key (pk_…) was used as the secret: use apiSecretKey".to_owned());
    }
    if let Some((name, _)) = case.others.iter().find(|(_, secret)| holds(secret, id, proof)) {
        return Some(format!("it was made with the secret of another project, \"{name}\""));
    }
    if holds(&format!("{}\n", case.secret), id, proof) {
        return Some("a line break was at the end of the secret when the proof was made: it was read from a file with one".to_owned());
    }
    if holds(id, case.secret, proof) {
        return Some(
            "the secret and the user id were swapped: the secret is the key, the id the message".to_owned(),
        );
    }
    if holds("", id, proof) {
        return Some("the secret was empty when the proof was made: its variable was not set".to_owned());
    }
    let decoded = BASE64.decode(case.secret.as_bytes()).ok()?;
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&decoded).ok()?.chain_update(id);
    is(proof, &mac.finalize().into_bytes())
        .then(|| "the secret was decoded from base64 first: the key is its text as it stands".to_owned())
}

fn algorithm(case: &Case<'_>, proof: &str) -> Option<String> {
    let (secret, id) = (case.secret.as_bytes(), case.user_id.as_bytes());
    let sha1 = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).ok()?.chain_update(id).finalize().into_bytes();
    if is(proof, &sha1) {
        return Some("it is an HMAC-SHA1: use HMAC-SHA256".to_owned());
    }
    let sha512 =
        <Hmac<Sha512> as KeyInit>::new_from_slice(secret).ok()?.chain_update(id).finalize().into_bytes();
    if is(proof, &sha512) {
        return Some("it is an HMAC-SHA512: use HMAC-SHA256".to_owned());
    }
    let plain =
        [Sha256::digest([secret, id].concat()), Sha256::digest([id, secret].concat()), Sha256::digest(id)];
    plain.iter().any(|digest| is(proof, digest)).then(|| {
        "it is a plain SHA-256 and no HMAC: use an HMAC function, with the secret as its key".to_owned()
    })
}

/// Whether a proof is these bytes in base64 or hex.
fn is(proof: &str, bytes: &[u8]) -> bool {
    let hex = HEXLOWER.encode(bytes);
    let standard = BASE64.encode(bytes);
    proof.eq_ignore_ascii_case(&hex)
        || proof.trim_end_matches('=').replace('-', "+").replace('_', "/") == standard.trim_end_matches('=')
}

fn form(proof: &str) -> String {
    if proof.starts_with("sk_") || proof.starts_with("ak_") {
        return "this is a key, not a proof: never put it into a page, and replace it if you did".to_owned();
    }
    format!(
        "it is neither base64 nor hex of 32 bytes: it has {} characters, not 43, 44 or 64, or others than the \
         alphabet has",
        proof.chars().count()
    )
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use hmac::{Hmac, KeyInit, Mac};
    use sha1::Sha1;
    use sha2::{Digest, Sha256};

    use super::{Case, diagnose, plain};

    const SECRET: &str = "sk_secret";
    const USER: &str = "user@example.com";

    fn mistake(proof: &str) -> String {
        let others = [("Staging".to_owned(), "sk_staging".to_owned())];
        let case = Case { secret: SECRET, api_key: "pk_public", others: &others, user_id: USER, proof };
        diagnose(&case).unwrap_or_default()
    }

    #[test]
    fn each_mistake_has_a_name() {
        let right = plain::prove(SECRET, USER);
        let hex = HEXLOWER.encode(&plain::decode(&right).unwrap());
        let sha1 = <Hmac<Sha1> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(USER);
        for (proof, word) in [
            (String::new(), "empty"),
            (format!("{right}\n\n"), "white space"),
            (BASE64.encode(hex.as_bytes()), "hex digest"),
            (BASE64.encode(right.as_bytes()), "twice"),
            (right.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F"), "percent-encoded"),
            (right[..30].to_owned(), "cut off"),
            (plain::prove(SECRET, "USER@EXAMPLE.COM"), "upper-case"),
            (plain::prove(SECRET, "user@example.com\n"), "line break"),
            (plain::prove("pk_public", USER), "public key"),
            (plain::prove("sk_staging", USER), "Staging"),
            (plain::prove(USER, SECRET), "swapped"),
            (plain::prove("", USER), "empty"),
            (BASE64.encode(&sha1.finalize().into_bytes()), "SHA1"),
            (BASE64.encode(&Sha256::digest(format!("{SECRET}{USER}"))), "no HMAC"),
            ("sk_something".to_owned(), "never put it into a page"),
            ("nonsense".to_owned(), "neither base64 nor hex"),
        ] {
            assert!(mistake(&proof).contains(word), "{proof:?}: {:?} has no {word:?}", mistake(&proof));
        }
    }

    #[test]
    fn a_plus_that_became_a_space_is_recognised() {
        let user = (0..1_000)
            .map(|n| format!("u{n}"))
            .find(|user| plain::prove(SECRET, user).contains('+'))
            .unwrap();
        let proof = plain::prove(SECRET, &user).replace('+', " ");
        let case = Case { secret: SECRET, api_key: "pk_public", others: &[], user_id: &user, proof: &proof };
        assert!(diagnose(&case).unwrap().contains("became a space"));
    }

    #[test]
    fn what_is_nobodys_mistake_has_no_name() {
        assert_eq!(mistake(&plain::prove("sk_unknown", USER)), "");
    }
}
