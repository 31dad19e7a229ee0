//! A user id that is accepted is kept to the letter, and is one that no other text could be taken for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notification_bell_server::auth::user_id::{UserId, UserIdRule};
use unicode_normalization::UnicodeNormalization;

fuzz_target!(|text: &str| {
    let exact = UserId::parse(text, UserIdRule::Exact);
    let lowercase = UserId::parse(text, UserIdRule::Lowercase);
    if let Ok(id) = &exact {
        assert_eq!(id.as_str(), text);
        assert!((1..=256).contains(&text.len()));
        assert_eq!(text.trim(), text);
        assert!(text.nfc().eq(text.chars()), "not in normalization form C");
        assert!(!text.chars().any(char::is_control));
        // It does not show in a log.
        assert_eq!(format!("{id:?}"), "UserId(…)");
    }
    if let Ok(id) = &lowercase {
        assert_eq!(exact.as_ref(), Ok(id), "the rule of case forbids, and never allows");
        assert_eq!(text.to_lowercase(), text);
    }
    if exact.is_ok() && text.is_ascii() {
        assert_eq!(lowercase.is_ok(), !text.bytes().any(|byte| byte.is_ascii_uppercase()));
    }
});
