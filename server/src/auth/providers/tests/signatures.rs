//! The examples of the standards, and a token of each algorithm.

use serde_json::{Value, json};

use super::{ED25519, NOW, P256, P384, RSA, Signer, claims, key_set, outcome, rules, with};
use crate::auth::providers::{
    algorithm::Algorithm,
    compact::{Header, Parts},
    fault::ProviderTokenFault,
    token::{check_signature, verify},
};

/// The signature alone: what the examples sign is partly no claims at all, or from another time.
fn signature(token: &str, jwk: &Value) -> Result<(), ProviderTokenFault> {
    let parts = Parts::of(token)?;
    check_signature(&parts, &Header::of(&parts)?, &key_set(std::slice::from_ref(jwk)))
}

/// The example with its signature, and with one that differs in a bit.
fn holds_as_it_stands_alone(signed: &str, signature_text: &str, jwk: &Value) {
    assert_eq!(signature(&format!("{signed}.{signature_text}"), jwk), Ok(()));
    let other = if signature_text.starts_with('c') { "d" } else { "c" };
    let changed = format!("{signed}.{other}{}", &signature_text[1..]);
    assert_eq!(signature(&changed, jwk), Err(ProviderTokenFault::SignatureWrong));
    let payload_changed = format!("{signed}A.{signature_text}");
    assert!(signature(&payload_changed, jwk).is_err());
}

const RFC_7515_PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const RFC_7520_PAYLOAD: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

fn rfc_7520_key() -> Value {
    json!({
        "kty": "RSA",
        "kid": "bilbo.baggins@hobbiton.example",
        "use": "sig",
        "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
        "e": "AQAB",
    })
}

#[test]
fn the_rs256_example_of_rfc_7515_holds() {
    let jwk = json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    });
    holds_as_it_stands_alone(
        &format!("eyJhbGciOiJSUzI1NiJ9.{RFC_7515_PAYLOAD}"),
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        &jwk,
    );
}

#[test]
fn the_es256_example_of_rfc_7515_holds() {
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    holds_as_it_stands_alone(
        &format!("eyJhbGciOiJFUzI1NiJ9.{RFC_7515_PAYLOAD}"),
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        &jwk,
    );
}

#[test]
fn the_ed25519_example_of_rfc_8037_holds() {
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    holds_as_it_stands_alone(
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        &jwk,
    );
}

#[test]
fn the_rs256_and_ps384_examples_of_rfc_7520_hold() {
    holds_as_it_stands_alone(
        &format!(
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{RFC_7520_PAYLOAD}"
        ),
        "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
        &rfc_7520_key(),
    );
    holds_as_it_stands_alone(
        &format!(
            "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{RFC_7520_PAYLOAD}"
        ),
        "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw",
        &rfc_7520_key(),
    );
}

/// Each algorithm with the key that signs it.
fn all_algorithms() -> impl Iterator<Item = (&'static Signer, Algorithm)> {
    Algorithm::ALL.into_iter().map(|algorithm| {
        let signer: &'static Signer = match algorithm {
            Algorithm::Es256 => &P256,
            Algorithm::Es384 => &P384,
            Algorithm::EdDsa => &ED25519,
            _ => &RSA,
        };
        (signer, algorithm)
    })
}

#[test]
fn a_token_of_each_algorithm_is_accepted() {
    for (signer, algorithm) in all_algorithms() {
        let token = signer.token(&json!({ "alg": algorithm, "kid": "k" }), &claims());
        for jwk in [signer.jwk(), with(&signer.jwk(), &json!({ "alg": algorithm, "use": "sig" }))] {
            let result = verify(&token, &rules(), &key_set(&[jwk]), NOW);
            assert_eq!(result.map(|token| token.subject), Ok("u@example.com".to_owned()), "{algorithm}");
        }
    }
}

#[test]
fn ed25519_goes_by_its_newer_name_too() {
    let token = ED25519.token(&json!({ "alg": "Ed25519", "kid": "k" }), &claims());
    let keys = key_set(&[with(&ED25519.jwk(), &json!({ "alg": "Ed25519" }))]);
    assert_eq!(outcome(&verify(&token, &rules(), &keys, NOW)), "ok");
}

#[test]
fn a_key_of_one_algorithm_does_not_verify_another() {
    for (signer, named) in all_algorithms() {
        let keys = key_set(&[with(&signer.jwk(), &json!({ "alg": named }))]);
        for (other_signer, other) in all_algorithms().filter(|(_, other)| *other != named) {
            let token = other_signer.token(&json!({ "alg": other, "kid": "k" }), &claims());
            let result = verify(&token, &rules(), &keys, NOW);
            assert_eq!(outcome(&result), "key_of_another_algorithm", "{other} with a key for {named}");
        }
    }
}

#[test]
fn a_signature_of_one_algorithm_under_the_name_of_another_is_refused() {
    let keys = key_set(&[RSA.jwk()]);
    for (_, named) in all_algorithms().filter(|(signer, _)| matches!(signer, Signer::Rsa(_))) {
        let signed = RSA.token(&json!({ "alg": named, "kid": "k" }), &claims());
        let (signed, _) = signed.rsplit_once('.').unwrap();
        let other = if named == Algorithm::Rs256 { "PS256" } else { "RS256" };
        let signature = super::encode(&RSA.signature(other, signed.as_bytes()));
        let result = verify(&format!("{signed}.{signature}"), &rules(), &keys, NOW);
        assert_eq!(outcome(&result), "signature_wrong", "{other} as {named}");
    }
}
