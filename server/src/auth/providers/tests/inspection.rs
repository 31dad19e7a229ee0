//! What is said about a pasted token.

use serde_json::{Value, json};

use super::{NOW, NOW_SECONDS, P256, claims, encode, header, with, without};
use crate::auth::providers::inspection::{Inspection, inspect};

fn remarks(header: &Value, claims: &Value) -> String {
    inspect(&P256.token(header, claims), NOW).remarks.join("\n")
}

fn pasted(text: &str) -> Inspection {
    inspect(text, NOW)
}

#[test]
fn about_a_proper_token_there_is_nothing_to_remark() {
    let inspection = pasted(&P256.token(&header(), &claims()));
    assert_eq!(
        inspection,
        Inspection {
            header: Some(header()),
            claims: Some(claims()),
            issued_at: Some(NOW.plus_ms(-10_000)),
            not_before: None,
            expires_at: Some(NOW.plus_ms(3_600_000)),
            remarks: Vec::new(),
        }
    );
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["expiresAt"], "2027-01-15T09:00:00.000Z");
}

#[test]
fn what_is_unusual_in_a_header_is_named() {
    for (members, expected) in [
        (json!({ "alg": "none" }), "not signed"),
        (json!({ "alg": "HS256" }), "a symmetric token: \"HS256\""),
        (json!({ "alg": "ES512" }), "\"ES512\" is not accepted"),
        (json!({ "alg": 5 }), "`alg` is not a string"),
        (json!({ "typ": "bell-session+jwt" }), "session token"),
        (json!({ "typ": "logout+jwt" }), "another purpose"),
        (json!({ "kid": 5 }), "`kid` is not a string"),
        (json!({ "crit": [] }), "`crit`"),
        (json!({ "jku": "https://evil.example" }), "never followed"),
    ] {
        let remarks = remarks(&with(&header(), &members), &claims());
        assert!(remarks.contains(expected), "{members}: {remarks}");
    }
    assert!(remarks(&without(&header(), "kid"), &claims()).contains("`kid` is missing"));
    assert!(remarks(&without(&header(), "alg"), &claims()).contains("`alg` is missing"));
}

#[test]
fn a_session_token_is_not_blamed_for_being_symmetric() {
    let header = with(&header(), &json!({ "typ": "bell-session+jwt", "alg": "HS256" }));
    let remarks = remarks(&header, &claims());
    assert!(remarks.contains("session token") && !remarks.contains("symmetric"), "{remarks}");
}

#[test]
fn what_is_unusual_in_the_claims_is_named() {
    for (members, expected) in [
        (json!({ "exp": NOW_SECONDS - 7_200 }), "it expired at 2027-01-15T06:00:00.000Z, 2h ago"),
        (json!({ "exp": NOW_SECONDS + 30 * 86_400 }), "more than 24 hours"),
        (json!({ "exp": NOW_SECONDS * 1_000 }), "milliseconds"),
        (json!({ "exp": "soon" }), "`exp` is not a number"),
        (json!({ "nbf": NOW_SECONDS + 600 }), "not valid before"),
        (
            json!({ "iat": NOW_SECONDS + 600 }),
            "issued in the future, at 2027-01-15T08:10:00.000Z (`iat`), 10m from now",
        ),
        (json!({ "iss": 5 }), "`iss` is not a string"),
        (json!({ "aud": 5 }), "`aud` is neither"),
        (json!({ "sub": 5 }), "`sub` is not a string"),
        (json!({ "sub": "" }), "`sub` is empty"),
    ] {
        let remarks = remarks(&header(), &with(&claims(), &members));
        assert!(remarks.contains(expected), "{members}: {remarks}");
    }
    for claim in ["exp", "iss", "aud", "sub"] {
        let remarks = remarks(&header(), &without(&claims(), claim));
        assert!(remarks.contains(&format!("`{claim}` is missing")), "{remarks}");
    }
}

#[test]
fn what_was_pasted_instead_of_a_token_is_named() {
    let token = P256.token(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let jwe = format!("{}.a.a.a.a", encode(br#"{"alg":"dir","enc":"A128GCM"}"#));
    for (text, expected) in [
        (String::new(), "there is nothing"),
        ("ak_123".to_owned(), "API key"),
        ("sk_123".to_owned(), "rotate"),
        ("pk_123".to_owned(), "public key"),
        ("v2.1800003600.AAAA".to_owned(), "userHmac"),
        (jwe, "encrypted"),
        (format!("{}.{}", parts[0], parts[1]), "2 parts"),
        (".".repeat(1_000), "more than five parts"),
        (format!("{}.{}.", parts[0], parts[1]), "no signature"),
        (format!("{}.{}.é", parts[0], parts[1]), "signature is not base64url"),
        (format!("{token}=="), "padded"),
        (format!("{}+/.{}.{}", parts[0], parts[1], parts[2]), "plain base64"),
        (format!("Bearer {token}"), "`Bearer`"),
        (format!("\"{token}\""), "quotation marks"),
        (token.replacen('.', ".\n", 1), "white space"),
        (format!("{}.{}.{}", encode(b"{\"a\":1,\"a\":2}"), parts[1], parts[2]), "twice"),
        (format!("{}.{}.{}", encode(b"[]"), parts[1], parts[2]), "header is not a JSON object"),
        (format!("{token}{}", "A".repeat(9_000)), "more than 8192"),
    ] {
        let remarks = pasted(&text).remarks.join("\n");
        assert!(remarks.contains(expected), "{text:.60}: {remarks}");
    }
}

#[test]
fn what_was_copied_along_does_not_hide_the_token() {
    let token = P256.token(&header(), &claims());
    for text in
        [format!("Bearer {token}\n"), format!("bearer: {token}"), format!("'{token}'"), format!(" {token} ")]
    {
        assert_eq!(pasted(&text).claims, Some(claims()), "{text:.20}");
    }
}

#[test]
fn what_is_there_twice_is_shown_and_named() {
    let inspection = pasted(&format!("{}.{}.AAAA", encode(b"{\"a\":1,\"a\":2}"), encode(b"{}")));
    assert_eq!(inspection.header, Some(json!({ "a": 2 })));
}
