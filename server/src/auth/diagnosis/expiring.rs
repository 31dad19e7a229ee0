//! Expiring proofs: `v2.<exp>.<MAC>`, the MAC of `<exp>.<userId>` under `v2:` and the secret.

use super::{
    Case, ingredients,
    search::{Way, search},
    writing,
};

/// An end of so many digits is one in milliseconds.
const DIGITS_OF_MS: usize = 13;

pub(super) fn diagnose(case: &Case<'_>) -> Option<String> {
    let proof = case.proof.trim();
    let Some((end, mac)) = proof.strip_prefix("v2.").and_then(|rest| rest.split_once('.')) else {
        return Some(
            "an expiring proof has three parts: v2, the end and the MAC, with dots between".to_owned(),
        );
    };
    if let Some(mistake) = end_mistake(end) {
        return Some(mistake);
    }
    let readings = writing::readings(mac, true);
    let alone =
        "the key of an expiring proof is the text `v2:` and the secret after it, not the secret alone";
    let mut keys = ingredients::keys(case, &|secret| ["v2:", secret].concat());
    keys.push(Way::wrong(case.secret, alone));
    match search(&readings, &keys, &messages(case, end)) {
        Some(mistakes) if mistakes.is_empty() => {
            Some("there is white space around the proof: remove it".to_owned())
        }
        Some(mistakes) => Some(mistakes.join("; and ")),
        None if readings.iter().any(|reading| reading.value.len() == 32) => None,
        None => Some(format!("of the MAC: {}", writing::form(mac))),
    }
}

fn end_mistake(end: &str) -> Option<String> {
    if end.is_empty() || !end.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("the end \"{end}\" is not a number of seconds since 1970, in digits alone"));
    }
    if end.len() == DIGITS_OF_MS {
        return Some("the end is in milliseconds: it has to be in seconds since 1970".to_owned());
    }
    (end.starts_with('0') || end.len() > DIGITS_OF_MS - 1)
        .then(|| format!("the end \"{end}\" is no time in seconds since 1970, without a zero in front"))
}

fn messages(case: &Case<'_>, end: &str) -> Vec<Way> {
    let id = case.user_id;
    let mut messages: Vec<Way> = ingredients::ids(case)
        .into_iter()
        .map(|way| Way { value: [end.as_bytes(), b".", &way.value].concat(), mistake: way.mistake })
        .collect();
    for (message, mistake) in [
        (id.to_owned(), "the MAC is of the user id alone: it has to be of the end, a dot and the user id"),
        (format!("{id}.{end}"), "the end comes first in the message: `<exp>.<userId>`"),
        (format!("v2.{end}.{id}"), "the message is `<exp>.<userId>`, without the `v2.` in front"),
        (format!("{end}{id}"), "there is a dot between the end and the user id in the message"),
        (format!("{end}:{id}"), "it is a dot, not a colon, between the end and the user id in the message"),
    ] {
        messages.push(Way::wrong(message, mistake));
    }
    messages
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
    use hmac::{Hmac, KeyInit, Mac};
    use notification_bell_protocol::Timestamp;
    use sha2::Sha256;

    use super::{Case, diagnose};

    const END: &str = "1800003600";

    fn mac(key: &str, message: &str) -> Vec<u8> {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(message).finalize().into_bytes().to_vec()
    }

    fn mistake(proof: &str) -> String {
        let others = [("Staging".to_owned(), "sk_staging".to_owned())];
        let ended = ("sk_before".to_owned(), Timestamp::from_unix_ms(0));
        let case = Case {
            secret: "sk_secret",
            ended: Some(&ended),
            api_key: "pk_public",
            others: &others,
            user_id: "user@example.com",
            proof,
        };
        diagnose(&case).unwrap_or_default()
    }

    #[test]
    fn each_mistake_has_a_name() {
        let with =
            |key: &str, message: &str| format!("v2.{END}.{}", BASE64URL_NOPAD.encode(&mac(key, message)));
        let (key, id) = ("v2:sk_secret", "user@example.com");
        let message = format!("{END}.{id}");
        let right = mac(key, &message);
        for (proof, word) in [
            ("v2.".to_owned(), "three parts"),
            ("v2.soon.AAAA".to_owned(), "\"soon\""),
            (format!("v2.{END}000.AAAA"), "milliseconds"),
            (format!("v2.0{END}.AAAA"), "zero in front"),
            (format!("v2.{END}.AAAA"), "4 characters"),
            (format!("v2.{END}.{}", BASE64.encode(&right)), "without padding"),
            (format!("v2.{END}.{}", HEXLOWER.encode(&right)), "without padding"),
            (with(key, id), "user id alone"),
            (with(key, &format!("{id}.{END}")), "end comes first"),
            (with(key, &format!("v2.{message}")), "without the `v2.`"),
            (with(key, &format!("{END}.USER@EXAMPLE.COM")), "upper-case"),
            (with("sk_secret", &message), "`v2:` and the secret"),
            (with("v2:pk_public", &message), "public key"),
            (with("v2:sk_before", &message), "not accepted since 1970"),
            (with("v2:sk_staging", &message), "Staging"),
            (format!(" {}", with(key, &message)), "white space"),
            (with("v2:sk_unknown", &message), ""),
        ] {
            let mistake = mistake(&proof);
            assert!(mistake.contains(word) && mistake.is_empty() == word.is_empty(), "{proof}: {mistake:?}");
        }
    }
}
