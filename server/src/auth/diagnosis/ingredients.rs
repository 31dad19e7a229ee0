//! The ways in which people come by the key and the message of a MAC.

use data_encoding::BASE64;

use super::{Case, search::Way};

/// What is at the ends of a text that came from a file, a shell, a form or JSON.
const ENDS: [(&str, &str, &str); 7] = [
    (
        "",
        "\n",
        "a line break was at the end of the {} (`echo` adds one, and files end in one; `printf` adds none)",
    ),
    ("", "\r\n", "a line break of Windows was at the end of the {}"),
    ("", " ", "a space was at the end of the {}"),
    (" ", "", "a space was at the start of the {}"),
    ("\"", "\"", "the {} was in quotation marks (JSON, or a settings file that keeps them)"),
    ("'", "'", "the {} was in quotation marks (a settings file that keeps them)"),
    ("\u{feff}", "", "a byte order mark was in front of the {}: its file has one"),
];

fn with_ends(text: &str, what: &str) -> Vec<Way> {
    let mut ways = vec![Way::right(text)];
    for (before, after, mistake) in ENDS {
        ways.push(Way::wrong([before, text, after].concat(), mistake.replace("{}", what)));
    }
    ways
}

/// What may have been the key. `of_secret` is the key that a secret gives.
pub(super) fn keys(case: &Case<'_>, of_secret: &dyn Fn(&str) -> String) -> Vec<Way> {
    let secret = case.secret;
    // What is put around the secret is put around it before anything is made of it.
    let mut keys = vec![Way::right(of_secret(secret))];
    for way in with_ends(secret, "secret").into_iter().skip(1) {
        if let (Ok(text), Some(mistake)) = (String::from_utf8(way.value), way.mistake) {
            keys.push(Way::wrong(of_secret(&text), mistake));
        }
    }
    keys.push(Way::wrong(
        of_secret(case.api_key),
        "the public key (pk_…) was used as the secret: use apiSecretKey",
    ));
    if let Some((ended, since)) = case.ended {
        let mistake = format!(
            "it was made with the secret before the present one, which is not accepted since {since}"
        );
        keys.push(Way::wrong(of_secret(ended), mistake));
    }
    for (name, other) in case.others {
        let mistake = format!("it was made with the secret of another project, \"{name}\"");
        keys.push(Way::wrong(of_secret(other), mistake));
    }
    if let Some(rest) = secret.strip_prefix("sk_") {
        keys.push(Way::wrong(of_secret(rest), "the secret was used without its beginning, sk_"));
    }
    for text in ["", "undefined", "null", "None", "nil"] {
        let mistake = "the secret was empty when the proof was made: its variable was not set";
        keys.push(Way::wrong(of_secret(text), mistake));
    }
    if let Ok(decoded) = BASE64.decode(secret.as_bytes()) {
        keys.push(Way::wrong(
            decoded,
            "the secret was decoded from base64 first: the key is its text as it stands",
        ));
    }
    keys
}

/// What may have stood for the user id.
pub(super) fn ids(case: &Case<'_>) -> Vec<Way> {
    let id = case.user_id;
    let mut ids = with_ends(id, "id");
    let cases = [
        (id.to_uppercase(), "upper-case"),
        (id.to_lowercase(), "lower-case"),
        (capitalised(id, false), "written with a capital letter"),
        (capitalised(id, true), "written with capital letters"),
    ];
    for (text, how) in cases {
        let mistake =
            format!("the id was {how} when the proof was made: make it of exactly the id that the page uses");
        ids.push(Way::wrong(text, mistake));
    }
    let others = [
        (case.api_key.to_owned(), "the proof was made of the public key instead of the user id"),
        (format!("{}:{id}", case.api_key), "the public key was put before the id when the proof was made"),
        (id.replace('@', "%40"), "the id was percent-encoded when the proof was made"),
        (id.replace('+', " "), "each + of the id became a space before the proof was made"),
    ];
    for (text, mistake) in others {
        ids.push(Way::wrong(text, mistake));
    }
    for text in ["", "undefined", "null", "None", "nil"] {
        ids.push(Way::wrong(text, "the proof was made of nothing: the variable with the id was empty"));
    }
    // The same text with another mistake is said by the first of them; the id itself is no mistake.
    ids.retain(|way| way.mistake.is_none() || way.value != id.as_bytes());
    ids
}

fn capitalised(text: &str, every_word: bool) -> String {
    let mut at_start = true;
    let capitalised = text.chars().map(|character| {
        let is_first = at_start;
        at_start = every_word && !character.is_alphanumeric();
        if is_first { character.to_ascii_uppercase() } else { character }
    });
    capitalised.collect()
}
