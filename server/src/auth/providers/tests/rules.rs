//! Which rules a provider may have.

use std::collections::BTreeMap;

use super::rules;
use crate::auth::providers::{ProviderRules, ProviderRulesFault as Fault, Purpose};

fn shared() -> ProviderRules {
    ProviderRules { issuer: "https://accounts.google.com".to_owned(), ..rules() }
}

fn required(claim: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(claim.to_owned(), "value".to_owned())])
}

#[test]
fn an_issuer_of_ones_own_needs_no_audience_for_users() {
    assert_eq!(rules().check(), Ok(()));
    assert_eq!(ProviderRules { audience: None, ..rules() }.check(), Ok(()));
}

#[test]
fn a_shared_issuer_needs_an_audience() {
    assert_eq!(shared().check(), Ok(()));
    let fault = ProviderRules { audience: None, ..shared() }.check().unwrap_err();
    assert_eq!(fault, Fault::AudienceRequired("https://accounts.google.com".to_owned()));
    assert!(fault.to_string().contains("--audience"), "{fault}");
    let with_claim = ProviderRules { audience: None, required: required("hd"), ..shared() };
    assert!(with_claim.check().is_err(), "a claim does not stand for an audience");
}

#[test]
fn any_log_in_token_could_send_without_an_audience_or_a_claim() {
    let sending = ProviderRules { purpose: Purpose::Sending, ..rules() };
    assert_eq!(sending.check(), Ok(()));
    let without = ProviderRules { audience: None, ..sending.clone() };
    assert_eq!(without.check(), Err(Fault::AudienceOrClaimRequired));
    assert_eq!(ProviderRules { required: required("role"), ..without }.check(), Ok(()));
}

#[test]
fn a_strangers_build_job_with_our_audience_does_not_send() {
    for issuer in ["https://token.actions.githubusercontent.com", "https://securetoken.google.com/my-project"]
    {
        let sending = ProviderRules { issuer: issuer.to_owned(), purpose: Purpose::Sending, ..rules() };
        assert_eq!(sending.check(), Err(Fault::ClaimRequired(issuer.to_owned())));
        let repeated = ProviderRules { required: required("aud"), ..sending.clone() };
        assert!(repeated.check().is_err(), "{issuer}: the audience again says nothing more");
        assert_eq!(ProviderRules { required: required("repository"), ..sending }.check(), Ok(()));
    }
}

#[test]
fn what_nothing_can_be_equal_to_is_refused() {
    for text in ["", " ", " a", "a ", "a\n", "a\u{0}b"] {
        let text = text.to_owned();
        for broken in [
            ProviderRules { issuer: text.clone(), ..rules() },
            ProviderRules { audience: Some(text.clone()), ..rules() },
            ProviderRules { user_claim: text.clone(), ..rules() },
            ProviderRules { required: required(&text), ..rules() },
            ProviderRules { required: BTreeMap::from([("role".to_owned(), text.clone())]), ..rules() },
        ] {
            assert!(matches!(broken.check(), Err(Fault::Text(_))), "{text:?}");
        }
    }
}

#[test]
fn a_visitors_token_is_never_one_that_sends_as_well() {
    let users = ProviderRules { audience: Some("spa".to_owned()), ..rules() };
    let sending = ProviderRules { purpose: Purpose::Sending, ..users.clone() };
    assert!(sending.overlaps(&users) && users.overlaps(&sending));
    assert!(
        sending.overlaps(&ProviderRules { audience: None, ..users.clone() }),
        "any audience is this one too"
    );
    assert!(!sending.overlaps(&ProviderRules { audience: Some("other".to_owned()), ..users.clone() }));
    assert!(
        !sending.overlaps(&ProviderRules { issuer: "https://other.example".to_owned(), ..users.clone() })
    );
    let told_apart = ProviderRules { required: required("role"), ..sending.clone() };
    assert!(!told_apart.overlaps(&users));
    assert!(
        told_apart.overlaps(&ProviderRules { required: required("role"), ..users.clone() }),
        "both require it"
    );
    let repeated = ProviderRules { required: required("aud"), ..sending.clone() };
    assert!(repeated.overlaps(&users), "the audience says nothing twice");
    assert!(!sending.overlaps(&sending), "two of one purpose may accept the same");
}
