//! The ways in which the bytes of a MAC are written down.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER_PERMISSIVE};

use super::search::Way;

/// What people put around a MAC, or make of it on its way, and what to say of it.
const AROUND: [(&str, &str, &str); 6] = [
    ("\"", "\"", "there are quotation marks around the proof"),
    ("b'", "'", "it is how Python prints bytes: decode them (`.decode()`)"),
    ("sha256=", "", "`sha256=` is in front of the proof"),
    (
        "SHA2-256(stdin)= ",
        "",
        "the beginning of what openssl prints is in front of it: use `openssl dgst -binary`",
    ),
    ("(stdin)= ", "", "the beginning of what openssl prints is in front of it: use `openssl dgst -binary`"),
    ("0x", "", "`0x` is in front of the hex digits"),
];

/// What the text of a proof may stand for. `is_url_alphabet`: only base64url without padding is right.
pub(super) fn readings(proof: &str, only_base64url: bool) -> Vec<Way> {
    let mut readings = Vec::new();
    let mut read = |text: &str, mistake: Option<&'static str>| {
        let unpadded_base64url = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        if let Some(bytes) = &unpadded_base64url {
            readings.push(way(bytes.clone(), mistake));
        }
        let as_it_should_be = if only_base64url {
            mistake.or(Some("the MAC has to be in base64url without padding (`-` and `_`, no `=`)"))
        } else {
            mistake
        };
        for encoding in [BASE64, BASE64_NOPAD, BASE64URL, HEXLOWER_PERMISSIVE] {
            if let Some(bytes) = decode(&encoding, text) {
                readings.push(way(bytes, as_it_should_be));
            }
        }
        // What was encoded was itself a text of the MAC.
        for encoding in [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
            let Some(inner) = decode(&encoding, text).and_then(|bytes| String::from_utf8(bytes).ok()) else {
                continue;
            };
            let inner = inner.trim();
            if let Some(bytes) = decode(&HEXLOWER_PERMISSIVE, inner) {
                let hex = "the text of the hex digest was encoded in base64: encode the 32 bytes themselves \
                           (`digest()`, not `hexdigest()`; `openssl dgst -binary`)";
                readings.push(Way::wrong(bytes, hex));
            }
            if let Some((_, hex)) = inner.rsplit_once("= ")
                && let Some(bytes) = decode(&HEXLOWER_PERMISSIVE, hex)
            {
                readings.push(Way::wrong(
                    bytes,
                    "the text that openssl prints was encoded in base64: use `openssl dgst -binary`",
                ));
            }
            if let Some(bytes) = decode(&BASE64, inner) {
                readings.push(Way::wrong(bytes, "the proof was encoded in base64 twice"));
            }
        }
    };
    read(proof, None);
    let trimmed = proof.trim();
    if trimmed != proof {
        read(
            trimmed,
            Some(
                "there is white space around the proof: remove it (`echo` adds a line break, `printf` does not)",
            ),
        );
    }
    let altered = [
        (
            trimmed.replace(' ', "+"),
            "each + of the base64 became a space: the proof went through a form or a query without being escaped",
        ),
        (trimmed.split_whitespace().collect(), "there is white space within the proof: write it on one line"),
        (
            trimmed.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="),
            "the proof is percent-encoded: put it into the attribute as it is",
        ),
        (
            trimmed
                .replace("&#43;", "+")
                .replace("&#x2B;", "+")
                .replace("&#47;", "/")
                .replace("&#61;", "=")
                .replace("&#x3D;", "="),
            "the proof was escaped for HTML twice",
        ),
    ];
    for (text, mistake) in altered {
        if text != trimmed {
            read(&text, Some(mistake));
        }
    }
    for (before, after, mistake) in AROUND {
        if let Some(inner) = trimmed.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) {
            read(inner, Some(mistake));
        }
    }
    readings
}

fn way(bytes: Vec<u8>, mistake: Option<&'static str>) -> Way {
    match mistake {
        None => Way::right(bytes),
        Some(mistake) => Way::wrong(bytes, mistake),
    }
}

fn decode(encoding: &Encoding, text: &str) -> Option<Vec<u8>> {
    encoding.decode(text.as_bytes()).ok()
}

/// What is wrong with a text that no MAC can be read from.
pub(super) fn form(proof: &str) -> String {
    let proof = proof.trim();
    if proof.is_empty() {
        return "the proof is empty".to_owned();
    }
    if proof.starts_with("sk_") || proof.starts_with("ak_") {
        return "this is a key, not a proof: never put it into a page, and replace it if you did".to_owned();
    }
    if proof.split('.').count() == 3 && proof.starts_with("eyJ") {
        return "it is a JWT: give it as userToken, if the project has a provider (`token inspect` says more)".to_owned();
    }
    let foreign = proof.char_indices().find(|(_, character)| {
        !character.is_ascii_alphanumeric() && !matches!(character, '+' | '/' | '-' | '_' | '=')
    });
    if let Some((at, character)) = foreign {
        return format!(
            "the character {character:?} at place {} belongs neither to base64 nor to hex",
            at + 1
        );
    }
    match proof.len() {
        43 | 44 | 64 => {
            "its last character has bits left over: it was changed, or cut and filled up".to_owned()
        }
        length => format!(
            "it has {length} characters; 32 bytes are 44 in base64 (43 without the `=`), and 64 in hex"
        ),
    }
}
