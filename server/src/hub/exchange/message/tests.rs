use proptest::prelude::*;

use super::{MAX_BYTES, Message, Notice, Refused, beat, messages};
use crate::{auth::user_id::UserId, hub::exchange::channel::Channel};

fn notice() -> impl Strategy<Value = Notice> {
    let user = || "\\PC{1,64}".prop_map(|id| UserId::trusted(&id));
    prop_oneof![
        (any::<i64>(), user()).prop_map(|(project, user)| Notice::Changed(project, user)),
        (any::<i64>(), user()).prop_map(|(project, user)| Notice::Revoked(project, user)),
        any::<i64>().prop_map(Notice::Project),
        any::<i64>().prop_map(Notice::ProjectRevoked),
        Just(Notice::Everybody),
    ]
}

proptest! {
    #[test]
    fn what_is_told_is_what_is_heard_each_on_its_channel(
        from: u64,
        mut notices in proptest::collection::vec(notice(), 0..300),
    ) {
        let mut heard = Vec::new();
        for (on, bytes) in messages(from, &notices) {
            let message = Message::read(&bytes).unwrap();
            prop_assert!(bytes.len() <= MAX_BYTES && message.from == from && !message.is_leaving);
            for notice in &message.notices {
                prop_assert!(notice.channel() == on && Notice::of(&notice.wake()) == *notice);
            }
            heard.extend(message.notices);
        }
        notices.sort();
        heard.sort();
        prop_assert_eq!(notices, heard);
    }

    #[test]
    fn any_bytes_are_a_message_or_refused(bytes: Vec<u8>) {
        let _ = Message::read(&bytes);
    }
}

#[test]
fn a_beat_says_who_is_there() {
    let [(Channel::All, bytes)] = &beat(7, true)[..] else { panic!("it is for everybody") };
    assert_eq!(Message::read(bytes), Ok(Message { from: 7, is_leaving: true, notices: Vec::new() }));
}

#[test]
fn attack_a_session_is_named_to_be_ended() {
    let ended = br#"{"v":1,"from":"00000000000000aa","wakes":[{"sessionEnded":[1,"u","s"]}]}"#;
    assert_eq!(Message::read(ended), Err(Refused::Form));
}

#[test]
fn attack_messages_in_another_form() {
    for text in [
        "",
        "null",
        "[]",
        "1",
        r#"{"v":0,"from":"00000000000000aa"}"#,
        r#"{"v":-1,"from":"00000000000000aa"}"#,
        r#"{"v":1}"#,
        r#"{"v":1,"from":"aa"}"#,
        r#"{"v":1,"from":"+0000000000000aa","item":{}}"#,
        r#"{"v":1,"from":"zz000000000000aa"}"#,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"changed":["1","u"]}]}"#,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"changed":[1,"u","title"]}]}"#,
        r#"{"v":1,"v":1,"from":"00000000000000aa"}"#,
    ] {
        assert_eq!(Message::read(text.as_bytes()), Err(Refused::Form), "{text}");
    }
    assert_eq!(Message::read(&[b' '; MAX_BYTES + 1]), Err(Refused::TooLong));
}

#[test]
fn a_message_of_a_newer_version_has_everybody_look() {
    let newer = br#"{"v":2,"from":{"node":"b"},"wakes":"all of them"}"#;
    assert_eq!(Message::read(newer).map(|message| message.notices), Ok(vec![Notice::Everybody]));
}
