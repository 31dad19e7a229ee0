use notification_bell_protocol::{
    Action, ActionStyle, CategoryPreference, Counts, InboxPage, Item, ItemChanged, ItemPatch, ItemRemoved,
    MarkRequest, MarkSet, Marked, Preferences, Priority, SessionGrant, SessionRequest, Sync, Timestamp,
};
use proptest::{option, prelude::*};
use serde_json::{Value, json, to_value};

use super::{
    action_value, answer, counts_value, grant, item, item_value, mark_value, page, patch_value, preferences,
    preferences_value, session_value, sync,
};

fn moment() -> impl Strategy<Value = Timestamp> {
    (-62_167_219_200_000_i64..=253_402_300_799_999).prop_map(Timestamp::from_unix_ms)
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,6}"
}

fn counts() -> impl Strategy<Value = Counts> {
    let number = || 0..1_u64 << 53;
    let categories = prop::collection::btree_map(text(), number(), 0..3);
    (number(), number(), number(), categories).prop_map(|(unseen, unread, total, categories)| Counts {
        unseen,
        unread,
        total,
        categories,
    })
}

fn action() -> impl Strategy<Value = Action> {
    let style = prop::sample::select(vec![ActionStyle::Primary, ActionStyle::Default, ActionStyle::Danger]);
    (text(), text(), option::of(text()), style, any::<bool>())
        .prop_map(|(id, label, url, style, done)| Action { id, label, url, style, done })
}

prop_compose! {
    fn any_item()(
        (id, title, revision) in (text(), text(), text()),
        texts in prop::array::uniform6(option::of(text())),
        actions in prop::collection::vec(action(), 0..3),
        data in option::of(prop::sample::select(vec![json!(7), json!({"a": [1.5, "x", false, null]})])),
        priority in prop::sample::select(vec![Priority::Low, Priority::Normal, Priority::High]),
        created_at in moment(),
        moments in prop::array::uniform5(option::of(moment())),
        (group_key, group_count) in (option::of(text()), any::<u32>()),
    ) -> Item {
        let [r#type, category, body, url, icon, image] = texts;
        let [expires_at, seen_at, read_at, archived_at, snoozed_until] = moments;
        Item {
            id, r#type, category, title, body, url, icon, image, actions, data, priority, group_key, group_count, created_at,
            expires_at, seen_at, read_at, archived_at, snoozed_until, revision,
        }
    }
}

proptest! {
    #[test]
    fn preferences_are_read_and_written_as_serde_does(
        categories in prop::collection::vec((text(), any::<bool>()), 0..4),
        (label, can_be_turned_off) in (option::of(text()), option::of(any::<bool>())),
    ) {
        let choices = categories.into_iter().map(|(name, enabled)| CategoryPreference::new(name, enabled));
        let mut written = Preferences { categories: choices.collect() };
        prop_assert_eq!(preferences_value(&written), to_value(&written).unwrap());
        for category in &mut written.categories {
            (category.label, category.can_be_turned_off) = (label.clone(), can_be_turned_off);
        }
        prop_assert_eq!(preferences(&to_value(&written).unwrap()), Ok(written));
    }

    #[test]
    fn an_item_is_read_and_written_as_serde_does(written in any_item()) {
        let value = to_value(&written).unwrap();
        prop_assert_eq!(item_value(&written), value.clone());
        prop_assert_eq!(item(&value), Ok(written.clone()));
        for action in &written.actions {
            prop_assert_eq!(action_value(action), to_value(action).unwrap());
        }
    }

    #[test]
    fn answers_are_read_as_serde_does(
        one in any_item(),
        counts in counts(),
        next in option::of(text()),
        (revision, token, user_id) in (text(), option::of(text()), text()),
        (expires_at, refresh_at) in (moment(), moment()),
    ) {
        prop_assert_eq!(counts_value(&counts), to_value(&counts).unwrap());
        let first =
            InboxPage { items: vec![one.clone()], next: next.clone(), counts: counts.clone(), revision: revision.clone() };
        prop_assert_eq!(page(&to_value(&first).unwrap()), Ok(first));
        let news = Sync {
            changed: vec![one.clone()],
            removed: vec![user_id.clone()],
            counts: counts.clone(),
            revision: revision.clone(),
        };
        prop_assert_eq!(sync(&to_value(&news).unwrap()), Ok(news));
        let changed = ItemChanged { item: one.clone(), counts: counts.clone(), revision: revision.clone() };
        prop_assert_eq!(answer(&to_value(&changed).unwrap()).unwrap().item, Some(one));
        let removed = ItemRemoved { counts: counts.clone(), revision: revision.clone() };
        let marked = Marked { counts: counts.clone(), revision: revision.clone(), changed: next.as_ref().map(|id| vec![id.clone()]) };
        for value in [to_value(&removed).unwrap(), to_value(&marked).unwrap()] {
            let answer = answer(&value).unwrap();
            prop_assert_eq!((answer.item, &answer.counts), (None, &counts));
        }
        let granted = SessionGrant { token, expires_at, refresh_at, user_id, counts, revision };
        prop_assert!(grant(&to_value(&granted).unwrap()) == Ok(granted));
    }

    #[test]
    fn requests_are_written_as_serde_does(
        [seen, read, clicked, archived] in prop::array::uniform4(option::of(any::<bool>())),
        [a, b, c] in prop::array::uniform3(option::of(text())),
        ids in option::of(prop::collection::vec(text(), 0..3)),
        cookie in option::of(any::<bool>()),
        snoozed_until in option::of(option::of(moment())),
    ) {
        let patch = ItemPatch { seen, read, clicked, archived, snoozed_until, action_done: a.clone() };
        prop_assert_eq!(patch_value(&patch), to_value(&patch).unwrap());
        let set = MarkSet { seen, read, archived };
        let mark = MarkRequest { set, ids, category: a.clone(), read: clicked, up_to: b.clone() };
        prop_assert_eq!(mark_value(&mark), to_value(&mark).unwrap());
        let session =
            SessionRequest { api_key: "pk".to_owned(), user_id: a, user_hmac: b, user_token: c, cookie };
        prop_assert_eq!(session_value(&session), to_value(&session).unwrap());
    }
}

fn minimal() -> Value {
    json!({
        "id": "1", "title": "t", "actions": [], "priority": "normal",
        "createdAt": "2026-11-20T10:00:00Z", "revision": "1",
    })
}

#[test]
fn what_may_be_missing_may_be_missing_and_what_is_new_is_passed_over() {
    let mut value = minimal();
    value["later"] = json!({"x": 1});
    assert_eq!(item(&value), Ok(serde_json::from_value(minimal()).unwrap()));
}

#[test]
fn what_cannot_be_read_is_named() {
    for (name, wrong) in [
        ("id", json!(7)),
        ("title", Value::Null),
        ("body", json!(["x"])),
        ("actions", json!({})),
        ("priority", json!("urgent")),
        ("createdAt", json!("yesterday")),
        ("readAt", json!(0)),
    ] {
        let mut value = minimal();
        value[name] = wrong;
        assert_eq!(item(&value), Err(name));
    }
    for value in [Value::Null, json!([]), json!("x")] {
        assert_eq!(item(&value), Err("id"));
        assert_eq!(page(&value).map(|_| ()), Err("items"));
        assert_eq!(grant(&value).map(|_| ()), Err("expiresAt"));
    }
}
