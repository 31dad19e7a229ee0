//! What a client shows of an inbox, and that nobody is told anything else about it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use notification_bell_tests::Event;
use serde_json::{Value, json};

/// All of an inbox: the items by their ids, wherever they are, and the numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) items: BTreeMap<String, Value>,
    pub(crate) counts: Value,
}

impl Shown {
    /// Takes what a stream has told. Nothing comes twice, and the numbers are those of what has come.
    pub(crate) fn take(&mut self, event: &Event, may_repeat: bool) -> Value {
        assert_eq!(event.name, "sync", "{event:?}");
        let data: Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data["revision"], *event.id);
        for item in data["changed"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            let before = self.items.insert(id.to_owned(), item.clone());
            assert!(may_repeat || before.as_ref() != Some(item), "it was told twice: {item}");
        }
        for id in data["removed"].as_array().unwrap() {
            self.items.remove(id.as_str().unwrap());
        }
        self.counts = data["counts"].clone();
        assert_eq!(self.counts, self.counted(), "at {}", event.id);
        data
    }

    /// The numbers of the items.
    pub(crate) fn counted(&self) -> Value {
        let is_shown = |item: &&Value| item["archivedAt"].is_null() && item["snoozedUntil"].is_null();
        let (mut total, mut unseen, mut unread) = (0_u64, 0_u64, 0_u64);
        let mut categories = BTreeMap::<&str, u64>::new();
        for item in self.items.values().filter(is_shown) {
            total += 1;
            unseen += u64::from(item["seenAt"].is_null());
            if item["readAt"].is_null() {
                unread += 1;
                if let Some(category) = item["category"].as_str() {
                    *categories.entry(category).or_default() += 1;
                }
            }
        }
        json!({"unseen": unseen, "unread": unread, "total": total, "categories": categories})
    }

    /// What is not as there, in a few words.
    pub(crate) fn difference(&self, there: &Self) -> String {
        let ids = self.items.keys().chain(there.items.keys());
        let other: Vec<_> = ids.filter(|id| self.items.get(*id) != there.items.get(*id)).take(3).collect();
        let items = other.iter().map(|id| (self.items.get(*id), there.items.get(*id)));
        format!("{:?}, numbers {} and {}", items.collect::<Vec<_>>(), self.counts, there.counts)
    }
}

/// The numbers that somebody was told for a revision of an inbox, by whichever server and in whatever answer.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<HashMap<(String, String), Value>>>);

impl Told {
    /// Takes what was told, which nobody may contradict.
    pub(crate) fn hear(&self, user: &str, answer: &Value) {
        let revision = answer["revision"].as_str().unwrap().to_owned();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.entry((user.to_owned(), revision)).or_insert_with(|| answer["counts"].clone());
        assert_eq!(*before, answer["counts"], "told of {user} at {}", answer["revision"]);
    }
}
