//! What the claims have to say.

use std::collections::BTreeMap;

use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::{NOW, NOW_SECONDS, P256, claims, header, key_set, outcome, rules, verified, with, without};
use crate::auth::providers::{
    ProviderRules, Purpose,
    token::{VerifiedToken, verify},
};

/// The outcome with some claims set.
fn claiming(members: &Value) -> &'static str {
    outcome(&verified(&header(), &with(&claims(), members)))
}

fn under(rules: &ProviderRules, claims: &Value) -> &'static str {
    outcome(&verify(&P256.token(&header(), claims), rules, &key_set(&[P256.jwk()]), NOW))
}

#[test]
fn a_token_that_holds_says_who_and_until_when() {
    assert_eq!(
        verified(&header(), &claims()),
        Ok(VerifiedToken {
            subject: "u@example.com".to_owned(),
            issued_at: Some(NOW.plus_ms(-10_000)),
            expires_at: NOW.plus_ms(3_600_000),
        })
    );
}

#[test]
fn it_holds_from_its_beginning_to_its_end_and_a_minute_around() {
    for (members, expected) in [
        (json!({ "exp": NOW_SECONDS - 59 }), "ok"),
        (json!({ "exp": NOW_SECONDS - 60 }), "expired"),
        (json!({ "exp": 0 }), "expired"),
        (json!({ "exp": NOW_SECONDS + 86_460 }), "ok"),
        (json!({ "exp": NOW_SECONDS + 86_461 }), "life_too_long"),
        (json!({ "exp": 253_402_300_799_i64 }), "life_too_long"),
        (json!({ "nbf": NOW_SECONDS + 60 }), "ok"),
        (json!({ "nbf": NOW_SECONDS + 61 }), "not_yet_valid"),
        (json!({ "iat": NOW_SECONDS + 60 }), "ok"),
        (json!({ "iat": NOW_SECONDS + 61 }), "issued_in_the_future"),
        (json!({ "iat": 0, "nbf": 0 }), "ok"),
    ] {
        assert_eq!(claiming(&members), expected, "{members}");
    }
    assert_eq!(outcome(&verified(&header(), &without(&claims(), "iat"))), "ok");
    assert_eq!(outcome(&verified(&header(), &without(&claims(), "exp"))), "expiry_missing");
}

#[test]
fn a_time_that_is_no_number_of_seconds_is_refused_and_not_overlooked() {
    for claim in ["exp", "nbf", "iat"] {
        for value in
            [json!(NOW_SECONDS.to_string()), json!(null), json!(true), json!([NOW_SECONDS]), json!({})]
        {
            assert_eq!(claiming(&json!({ claim: value })), "time_ill_typed", "{claim}: {value}");
        }
        for value in
            [json!(1e19), json!(u64::MAX), json!(-1), json!(-0.5), json!(1e308), json!(NOW_SECONDS * 1_000)]
        {
            assert_eq!(claiming(&json!({ claim: value })), "time_out_of_range", "{claim}: {value}");
        }
    }
    let overflowing = claims().to_string().replace(&(NOW_SECONDS + 3_600).to_string(), "1e999");
    let token = P256.token_of_texts(&header().to_string(), &overflowing);
    assert_eq!(outcome(&super::verified_text(&token)), "claims_unreadable");
}

#[test]
fn a_fraction_of_a_second_counts() {
    let token = verified(&header(), &with(&claims(), &json!({ "exp": 1_800_000_000.75 }))).unwrap();
    assert_eq!(token.expires_at, Timestamp::from_unix_ms(1_800_000_000_750));
}

#[test]
fn an_issuer_that_is_missing_of_another_type_or_another_is_refused() {
    assert_eq!(outcome(&verified(&header(), &without(&claims(), "iss"))), "issuer_missing");
    for value in [json!(5), json!(null), json!(["https://issuer.example"]), json!({})] {
        assert_eq!(claiming(&json!({ "iss": value })), "issuer_ill_typed", "{value}");
    }
    for other in
        ["https://issuer.example/", "HTTPS://issuer.example", "https://issuer.example.evil.example", ""]
    {
        assert_eq!(claiming(&json!({ "iss": other })), "issuer_wrong", "{other}");
    }
}

#[test]
fn an_audience_that_is_missing_of_another_type_or_another_is_refused() {
    assert_eq!(outcome(&verified(&header(), &without(&claims(), "aud"))), "audience_missing");
    for value in
        [json!(5), json!(null), json!({ "bell": true }), json!([["bell"]]), json!(["bell", 5]), json!(true)]
    {
        assert_eq!(claiming(&json!({ "aud": value })), "audience_ill_typed", "{value}");
    }
    for value in [json!("other"), json!(""), json!([]), json!(["other"]), json!("bell other"), json!("BELL")]
    {
        assert_eq!(claiming(&json!({ "aud": value })), "audience_wrong", "{value}");
    }
    assert_eq!(claiming(&json!({ "aud": ["other", "bell"] })), "ok");
}

#[test]
fn without_an_audience_in_the_rules_any_is_accepted_but_no_nonsense() {
    let rules = ProviderRules { audience: None, ..rules() };
    assert_eq!(under(&rules, &without(&claims(), "aud")), "ok");
    assert_eq!(under(&rules, &with(&claims(), &json!({ "aud": "other" }))), "ok");
    assert_eq!(under(&rules, &with(&claims(), &json!({ "aud": 5 }))), "audience_ill_typed");
}

#[test]
fn who_it_is_has_to_be_a_text_that_says_something() {
    assert_eq!(outcome(&verified(&header(), &without(&claims(), "sub"))), "user_claim_missing");
    for value in [json!(5), json!(null), json!(["u"]), json!({}), json!(true)] {
        assert_eq!(claiming(&json!({ "sub": value })), "user_claim_ill_typed", "{value}");
    }
    assert_eq!(claiming(&json!({ "sub": "" })), "user_claim_empty");
}

#[test]
fn another_claim_can_say_who_it_is_for_sending_too() {
    for purpose in [Purpose::Users, Purpose::Sending] {
        let rules = ProviderRules { user_claim: "client_id".to_owned(), purpose, ..rules() };
        let claims = without(&claims(), "sub");
        assert_eq!(under(&rules, &claims), "user_claim_missing");
        let claims = with(&claims, &json!({ "client_id": "backend" }));
        assert_eq!(under(&rules, &claims), "ok");
        assert_eq!(under(&rules, &with(&claims, &json!({ "sub": 5 }))), "user_claim_ill_typed");
    }
}

#[test]
fn a_required_claim_has_to_say_what_is_required() {
    let outcome_of = |claim: &str, expected: &str, value: &Value| {
        let required = BTreeMap::from([(claim.to_owned(), expected.to_owned())]);
        under(&ProviderRules { required, ..rules() }, &with(&claims(), &json!({ claim: value })))
    };
    for (expected, value) in [
        ("sender", json!("sender")),
        ("sender", json!(["other", "sender"])),
        ("true", json!(true)),
        ("false", json!(false)),
        ("7", json!(7)),
        ("-7", json!(-7)),
    ] {
        assert_eq!(outcome_of("role", expected, &value), "ok", "{value}");
    }
    for (expected, value) in [
        ("sender", json!("Sender")),
        ("sender", json!("sender other")),
        ("sender", json!([])),
        ("sender", json!([["sender"]])),
        ("sender", json!({ "sender": true })),
        ("null", json!(null)),
        ("true", json!([true])),
        ("7", json!(7.0)),
        ("7.5", json!(7.5)),
    ] {
        assert_eq!(outcome_of("role", expected, &value), "required_claim_wrong", "{value}");
    }
    assert_eq!(outcome_of("scope", "send", &json!("read send")), "ok");
    assert_eq!(outcome_of("scope", "send", &json!("read sender resend")), "required_claim_wrong");
    let required = BTreeMap::from([("role".to_owned(), "sender".to_owned())]);
    assert_eq!(under(&ProviderRules { required, ..rules() }, &claims()), "required_claim_missing");
}
