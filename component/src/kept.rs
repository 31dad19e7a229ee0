//! What is kept in the browser between two pages: the last state of an inbox, and the changes that wait for a line.
//!
//! Each says which version of this form it has, whose it is and when it was kept. Whatever else is found, another
//! version's, another user's, something old or something that cannot be read, is as good as nothing.

use notification_bell_protocol::{InboxPage, MarkSet, Timestamp};
use serde_json::{Map, Value};

use crate::{feed::Change, wire};

/// To be raised when what was written before could be misunderstood.
const VERSION: u64 = 2;

/// What is older is forgotten: 30 days.
const AGE_MAX_MS: i64 = 30 * 86_400_000;

/// More changes than this are not kept: somebody who makes so many without a line has lost it for good.
const CHANGES_MAX: usize = 200;

/// The last state, to be kept.
#[must_use]
pub fn state_value(user_id: &str, page: &InboxPage, now: Timestamp) -> Value {
    value(user_id, now, "state", wire::page_value(page))
}

/// The last state that was kept of a user.
#[must_use]
pub fn state(value: &Value, user_id: &str, now: Timestamp) -> Option<InboxPage> {
    wire::page(content(value, user_id, now, "state")?).ok()
}

/// The changes that wait, in their order, to be kept.
#[must_use]
pub fn changes_value<'change>(
    user_id: &str,
    changes: impl Iterator<Item = &'change Change>,
    now: Timestamp,
) -> Value {
    value(user_id, now, "changes", Value::Array(changes.take(CHANGES_MAX).map(change_value).collect()))
}

/// The changes of a user that waited. Those after one that cannot be read are left out with it: they may rest on it.
#[must_use]
pub fn changes(value: &Value, user_id: &str, now: Timestamp) -> Vec<Change> {
    let list = content(value, user_id, now, "changes").and_then(Value::as_array);
    list.into_iter().flatten().take(CHANGES_MAX).map_while(change).collect()
}

/// Whether nobody waits for a change, so that nobody is told when it fails.
#[must_use]
pub fn is_quiet(change: &Change) -> bool {
    matches!(change, Change::Mark(request) if request.set == MarkSet { seen: Some(true), ..MarkSet::default() })
}

fn value(user_id: &str, now: Timestamp, name: &str, content: Value) -> Value {
    let mut members = Map::new();
    members.insert("version".to_owned(), VERSION.into());
    members.insert("userId".to_owned(), Value::String(user_id.to_owned()));
    members.insert("keptAt".to_owned(), now.unix_ms().into());
    members.insert(name.to_owned(), content);
    Value::Object(members)
}

fn content<'value>(value: &'value Value, user_id: &str, now: Timestamp, name: &str) -> Option<&'value Value> {
    let is_known = value.get("version").and_then(Value::as_u64) == Some(VERSION);
    let is_own = value.get("userId").and_then(Value::as_str) == Some(user_id);
    let kept_at_ms = value.get("keptAt").and_then(Value::as_i64)?;
    value.get(name).filter(|_| is_known && is_own && now.unix_ms().saturating_sub(kept_at_ms) <= AGE_MAX_MS)
}

fn change_value(change: &Change) -> Value {
    let mut members = Map::new();
    let (name, content) = match change {
        Change::Patch(id, patch) => {
            members.insert("id".to_owned(), Value::String(id.clone()));
            ("patch", wire::patch_value(patch))
        }
        Change::Mark(request) => ("mark", wire::mark_value(request)),
        Change::Remove(id) => ("remove", Value::String(id.clone())),
    };
    members.insert(name.to_owned(), content);
    Value::Object(members)
}

fn change(value: &Value) -> Option<Change> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    if let Some(patch) = value.get("patch") {
        Some(Change::Patch(text("id")?, wire::patch(patch).ok()?))
    } else if let Some(request) = value.get("mark") {
        wire::mark(request).ok().map(Change::Mark)
    } else {
        text("remove").map(Change::Remove)
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{Counts, InboxPage, ItemPatch, MarkRequest, MarkSet, Timestamp};
    use proptest::{option, prelude::*};
    use serde_json::{Value, json};

    use super::{changes, changes_value, is_quiet, state, state_value};
    use crate::feed::Change;

    fn moment() -> impl Strategy<Value = Timestamp> {
        (0_i64..=253_402_300_799_999).prop_map(Timestamp::from_unix_ms)
    }

    prop_compose! {
        fn set()(
            seen in option::of(any::<bool>()),
            read in option::of(any::<bool>()),
            archived in option::of(any::<bool>()),
        ) -> MarkSet {
            MarkSet { seen, read, archived }
        }
    }

    fn any_change() -> impl Strategy<Value = Change> {
        let patch = (
            ".{0,8}",
            set(),
            option::of(any::<bool>()),
            option::of(option::of(moment())),
            option::of(".{0,8}"),
        );
        let narrowed = (option::of(".{0,8}"), option::of(any::<bool>()));
        let mark = (set(), option::of(prop::collection::vec(".{0,8}", 0..3)), narrowed);
        prop_oneof![
            patch.prop_map(|(id, MarkSet { seen, read, archived }, clicked, snoozed_until, action_done)| {
                Change::Patch(id, ItemPatch { seen, read, clicked, archived, snoozed_until, action_done })
            }),
            (mark, option::of(".{0,8}")).prop_map(|((set, ids, (category, read)), up_to)| {
                Change::Mark(MarkRequest { set, ids, category, read, up_to })
            }),
            ".{0,8}".prop_map(Change::Remove),
        ]
    }

    proptest! {
        #[test]
        fn changes_come_back_as_they_were_and_in_their_order(
            made in prop::collection::vec(any_change(), 0..6),
            user in ".{1,8}",
            now in moment(),
        ) {
            let value = changes_value(&user, made.iter(), now);
            let text = value.to_string();
            prop_assert_eq!(changes(&serde_json::from_str(&text).unwrap(), &user, now), made);
            prop_assert_eq!(changes(&value, "somebody else's", now), Vec::new());
        }
    }

    fn page() -> InboxPage {
        InboxPage { items: Vec::new(), next: None, counts: Counts::default(), revision: "r1".to_owned() }
    }

    const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

    #[test]
    fn a_state_is_its_users_alone_and_of_this_form_alone() {
        let kept = state_value("one", &page(), NOW);
        assert_eq!(state(&kept, "one", NOW), Some(page()));
        assert_eq!(state(&kept, "other", NOW), None);
        let mut later = kept.clone();
        later["version"] = json!(super::VERSION + 1);
        assert_eq!(state(&later, "one", NOW), None);
        for foreign in [json!(null), json!([1]), json!({"version": 2, "userId": "one"}), json!("text")] {
            assert_eq!(state(&foreign, "one", NOW), None);
            assert_eq!(changes(&foreign, "one", NOW), Vec::new());
        }
    }

    #[test]
    fn what_was_kept_more_than_thirty_days_ago_is_forgotten() {
        let days = |number: i64| Timestamp::from_unix_ms(NOW.unix_ms() + number * 86_400_000);
        let made = [Change::Remove("a".to_owned())];
        let (page_kept, changes_kept) =
            (state_value("one", &page(), NOW), changes_value("one", made.iter(), NOW));
        assert_eq!(state(&page_kept, "one", days(30)), Some(page()));
        assert_eq!(state(&page_kept, "one", days(31)), None);
        assert_eq!(changes(&changes_kept, "one", days(30)), made);
        assert_eq!(changes(&changes_kept, "one", days(31)), Vec::new());
        assert_eq!(state(&page_kept, "one", days(-1)), Some(page()), "a clock may be set back");
    }

    #[test]
    fn what_follows_a_change_that_cannot_be_read_is_left_out() {
        let made = [Change::Remove("a".to_owned()), Change::Remove("b".to_owned())];
        let mut kept = changes_value("one", made.iter(), NOW);
        kept["changes"][1] = Value::Null;
        assert_eq!(changes(&kept, "one", NOW), made[..1]);
    }

    #[test]
    fn only_having_seen_something_is_quiet() {
        let mark = |set| Change::Mark(MarkRequest { set, ..MarkRequest::default() });
        assert!(is_quiet(&mark(MarkSet { seen: Some(true), ..MarkSet::default() })));
        assert!(!is_quiet(&mark(MarkSet { read: Some(true), ..MarkSet::default() })));
        assert!(!is_quiet(&Change::Remove("a".to_owned())));
    }
}
