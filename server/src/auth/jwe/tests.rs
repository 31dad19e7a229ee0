//! Sealing and opening, by a published vector, by another library, and by who changes something.

use biscuit::{
    Empty,
    jwa::{ContentEncryptionAlgorithm, EncryptionOptions, KeyManagementAlgorithm},
    jwe::{Compact, RegisteredHeader},
    jwk::JWK,
};
use data_encoding::BASE64URL_NOPAD;

use super::{Jwe, JweFault, KEY_BYTES, decode, decode_exactly, decrypt, seal};
use crate::randomness::test::CountedRandomness;

const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];
const CONTENT: &[u8] = b"{\"sub\":\"user@example.com\"}";
const HEADER: &str = r#"{"alg":"dir","enc":"A256GCM","typ":"t","kid":"k"}"#;

fn sealed() -> String {
    seal("t", "k", &KEY, CONTENT, &CountedRandomness::default()).unwrap()
}

fn open(text: &str) -> Result<Vec<u8>, JweFault> {
    Jwe::parse(text)?.open(&KEY)
}

/// A JWE whose header says something else, and which is sealed with that header as it should be.
fn with_header(header: &str) -> String {
    let protected = BASE64URL_NOPAD.encode(header.as_bytes());
    let mut text = CONTENT.to_vec();
    let tag = super::cipher(&KEY)
        .unwrap()
        .seal_in_place_separate_tag(
            super::Nonce::assume_unique_for_key([1; 12]),
            super::Aad::from(protected.as_bytes()),
            &mut text,
        )
        .unwrap();
    let [nonce, text, tag] = [&[1; 12][..], &text, tag.as_ref()].map(|part| BASE64URL_NOPAD.encode(part));
    format!("{protected}..{nonce}.{text}.{tag}")
}

/// RFC 7516, appendix A.1. The RFC has no example of `dir` with `A256GCM`; here the key that its RSA has carried
/// is given. RFC 7520, section 5.6, is one of `dir`, but with `A128GCM`, which is refused below.
#[test]
fn the_published_vector_of_the_content_encryption_is_opened() {
    let key = [
        177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46,
        34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
    ];
    let content = decrypt(
        &key,
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ",
        decode_exactly("48V1_ALb6US04U3b").unwrap(),
        decode("5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A")
            .unwrap(),
        decode_exactly("XFBoMYUZodetZdvTiFvSkQ").unwrap(),
    );
    let expected = "The true sign of intelligence is not knowledge but imagination.";
    assert_eq!(String::from_utf8(content.unwrap()).unwrap(), expected);
}

#[test]
fn another_library_opens_ours_and_we_open_its() {
    let key: JWK<Empty> = JWK::new_octet_key(&KEY, Empty::default());
    let (algorithm, encryption) =
        (KeyManagementAlgorithm::DirectSymmetricKey, ContentEncryptionAlgorithm::A256GCM);

    let theirs = Compact::<Vec<u8>, Empty>::new_encrypted(&sealed());
    let (header, content) = theirs.into_decrypted(&key, algorithm, encryption).unwrap().unwrap_decrypted();
    assert_eq!(content, CONTENT);
    let names = (header.registered.key_id.as_deref(), header.registered.media_type.as_deref());
    assert_eq!(names, (Some("k"), Some("t")));

    let header = RegisteredHeader {
        cek_algorithm: algorithm,
        enc_algorithm: encryption,
        media_type: Some("t".to_owned()),
        key_id: Some("k".to_owned()),
        ..RegisteredHeader::default()
    };
    let theirs = Compact::<Vec<u8>, Empty>::new_decrypted(header.into(), CONTENT.to_vec());
    let options = EncryptionOptions::AES_GCM { nonce: vec![9; 12] };
    let text = theirs.encrypt(&key, &options).unwrap().encrypted().unwrap().to_string();
    let jwe = Jwe::parse(&text).unwrap();
    assert_eq!((jwe.typ(), jwe.kid()), ("t", "k"));
    assert_eq!(jwe.open(&KEY).unwrap(), CONTENT);
}

#[test]
fn only_the_same_key_opens_it() {
    assert_eq!(open(&sealed()).unwrap(), CONTENT);
    assert_eq!(Jwe::parse(&sealed()).unwrap().open(&[8; KEY_BYTES]), Err(JweFault));
}

#[test]
fn any_changed_character_is_noticed() {
    let text = sealed();
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(open(&String::from_utf8(changed).unwrap()), Err(JweFault), "at {at}");
    }
}

#[test]
fn another_number_of_parts_or_another_length_of_one_is_refused() {
    let text = sealed();
    let parts: Vec<&str> = text.split('.').collect();
    let [header, _, nonce, ciphertext, tag] = parts[..] else { panic!("not five parts: {text}") };
    let short_tag = BASE64URL_NOPAD.encode(&[0; 12]);
    let long_nonce = BASE64URL_NOPAD.encode(&[0; 16]);
    for changed in [
        String::new(),
        "....".to_owned(),
        format!("{header}.{nonce}.{ciphertext}.{tag}"),
        format!("{text}.{tag}"),
        format!("{text}="),
        format!("{header}.AAAA.{nonce}.{ciphertext}.{tag}"),
        format!("{header}..{long_nonce}.{ciphertext}.{tag}"),
        format!("{header}...{ciphertext}.{tag}"),
        format!("{header}..{nonce}.{ciphertext}.{short_tag}"),
        format!("{header}..{nonce}.{ciphertext}."),
        format!("{header}..{nonce}..{tag}"),
    ] {
        assert_eq!(open(&changed), Err(JweFault), "{changed}");
    }
}

#[test]
fn a_header_that_says_more_or_less_than_ours_is_refused() {
    assert!(open(&with_header(HEADER)).is_ok());
    for (from, to) in [
        ("\"dir\"", "\"none\""),
        ("\"dir\"", "\"A256KW\""),
        ("A256GCM", "A128GCM"),
        ("A256GCM", "A256CBC-HS512"),
        ("{", "{\"zip\":\"DEF\","),
        ("{", "{\"crit\":[],"),
        ("{", "{\"epk\":{},"),
        ("{", "{\"kid\":\"x\","),
        ("{", "[{"),
        (",\"kid\":\"k\"", ""),
        ("\"t\"", "null"),
    ] {
        assert_eq!(open(&with_header(&HEADER.replacen(from, to, 1))), Err(JweFault), "{from} as {to}");
    }
    assert_eq!(open(&with_header(r#"["dir","A256GCM","t","k"]"#)), Err(JweFault), "an array");
}
