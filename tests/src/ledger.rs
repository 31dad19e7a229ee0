//! What senders were told that it was stored, to be compared with what there is.

use std::{collections::BTreeMap, fmt::Display};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{Api, Project, Session};

const CATEGORY: &str = "checked";

/// By recipient, the ids of the acknowledged notifications under their keys, which are their titles as well.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    users: BTreeMap<String, BTreeMap<String, String>>,
    everybody: BTreeMap<String, String>,
}

impl Ledger {
    /// A send that can be repeated under its key: to a user, or to everybody.
    pub fn request(api: &Api, project: &Project, user: Option<&str>, key: &str) -> RequestBuilder {
        let to = user.map_or_else(|| json!({"everyone": true}), |user| json!({"users": [user]}));
        api.v1(Method::POST, "/notifications")
            .bearer_auth(&project.backend_key)
            .header("idempotency-key", key)
            .json(&json!({"to": to, "title": key, "category": CATEGORY}))
    }

    /// It was answered with this.
    pub fn acknowledge(&mut self, user: Option<&str>, key: String, answer: &Value) {
        let id = text(&answer["id"]);
        let of = match user {
            Some(user) => self.users.entry(user.to_owned()).or_default(),
            None => &mut self.everybody,
        };
        assert_eq!(of.insert(key, id), None, "each is acknowledged once");
    }

    /// The ids that a user has to have, under their titles.
    #[must_use]
    pub fn of(&self, user: &str) -> BTreeMap<String, String> {
        let own = self.users.get(user).into_iter().flatten();
        own.chain(&self.everybody).map(|(key, id)| (key.clone(), id.clone())).collect()
    }

    /// Asserts that a user's new session shows exactly that, and the numbers of it.
    pub async fn assert_shown(&self, user: &str, session: &Session, when: impl Display) {
        let expected = self.of(user);
        let items = session.all_items("all").await;
        assert_eq!(items.len(), expected.len(), "{when}");
        let found: BTreeMap<_, _> =
            items.iter().map(|item| (text(&item["title"]), text(&item["id"]))).collect();
        assert_eq!(found, expected, "{when}");
        let number = expected.len();
        let counts =
            json!({"unseen": number, "unread": number, "total": number, "categories": {CATEGORY: number}});
        assert_eq!(session.grant["counts"], counts, "the counts are those of the list, {when}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
