//! What the demo has from the start: categories with names, and the items of its users.

use std::sync::Arc;

use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::USERS;
use crate::{
    app::App,
    clock::Clock,
    error::Error,
    ids::IdGenerator,
    inbox::{CategoryRequest, Inbox, SendRequest},
    store::{Actor, Project},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// How long ago each of them was sent, so that the list looks like one that has grown.
const AGES_MS: [i64; 8] = [
    50 * HOUR_MS,
    26 * HOUR_MS,
    3 * HOUR_MS,
    7 * HOUR_MS,
    40 * MINUTE_MS,
    5 * HOUR_MS,
    12 * MINUTE_MS,
    MINUTE_MS,
];

/// What is declared, in some of the languages that the page offers.
const CATEGORIES: [(&str, [(&str, &str); 4]); 3] = [
    ("proofs", [("en", "Proofs"), ("de", "Abzüge"), ("fr", "Épreuves"), ("es", "Pruebas")]),
    ("questions", [("en", "Questions"), ("de", "Fragen"), ("fr", "Questions"), ("es", "Preguntas")]),
    ("invoices", [("en", "Invoices"), ("de", "Rechnungen"), ("fr", "Factures"), ("es", "Facturas")]),
];

/// The time it was a while ago.
struct Earlier {
    clock: Arc<dyn Clock>,
    by_ms: i64,
}

impl Clock for Earlier {
    fn now(&self) -> Timestamp {
        self.clock.now().plus_ms(-self.by_ms)
    }
}

/// Declares the categories that the composer offers, so that the bell calls them in its reader's language.
pub(super) async fn declare_categories(app: &App, project: &Project) -> Result<(), Error> {
    for (category, names) in CATEGORIES {
        let names = names.map(|(language, name)| (language.to_owned(), name.to_owned())).into();
        let request = CategoryRequest { names, ..CategoryRequest::default() };
        app.inbox.put_category(project, category.to_owned(), request, Actor::Server).await?;
    }
    Ok(())
}

pub(super) async fn send_first_items(app: &App, project: &Project) -> Result<(), Error> {
    let everyone: Vec<&str> = USERS.iter().map(|(id, _)| *id).collect();
    for ((users, mut notification), by_ms) in notifications(&everyone).into_iter().zip(AGES_MS) {
        notification["to"] = json!({ "users": users });
        let request: SendRequest =
            serde_json::from_value(notification).map_err(|error| Error::MalformedJson(error.to_string()))?;
        let clock: Arc<dyn Clock> = Arc::new(Earlier { clock: Arc::clone(&app.clock), by_ms });
        let ids = Arc::new(IdGenerator::new(Arc::clone(&clock), Arc::clone(&app.randomness)));
        let inbox = Inbox::new(Arc::clone(&app.store), Arc::clone(&app.bus), clock, ids);
        inbox.send(project, request, None).await?;
    }
    Ok(())
}

/// From the oldest to the newest. Each leads to a card of the demo page.
fn notifications<'user>(everyone: &[&'user str]) -> Vec<(Vec<&'user str>, Value)> {
    let (design, support, billing) = (vec![everyone[0]], vec![everyone[1]], vec![everyone[2]]);
    let all = || everyone.to_vec();
    vec![
        (
            all(),
            json!({
                "type": "maintenance", "priority": "low",
                "title": "The presses rest on Sunday",
                "body": "Maintenance from 03:00 to 09:00. Orders are taken as usual.",
            }),
        ),
        (
            billing.clone(),
            json!({
                "type": "invoice.paid", "category": "invoices", "url": "/#invoice-3321",
                "title": "Invoice 3321 was paid",
                "body": "Business cards, \u{20ac}96.00, by card.",
            }),
        ),
        (
            billing,
            json!({
                "type": "invoice.due", "category": "invoices", "priority": "high", "url": "/#invoice-3318",
                "title": "Invoice 3318 is due in nine days",
                "body": "Spring catalogue, \u{20ac}1,840.00. A reminder can go out today.",
                "actions": [
                    { "id": "remind", "label": "Send a reminder", "style": "primary" },
                    { "id": "open", "label": "Open", "url": "/#invoice-3318" },
                ],
            }),
        ),
        (
            support.clone(),
            json!({
                "type": "question.handed-over", "category": "questions", "url": "/#question-2213",
                "title": "Question 2213 waits for Design",
                "body": "Can the paper be thicker? 170 g is asked for.",
            }),
        ),
        (
            support,
            json!({
                "type": "question.new", "category": "questions", "priority": "high", "url": "/#question-2210",
                "title": "Where is my parcel?",
                "body": "Question 2210 on order 1031. The parcel was handed over yesterday.",
                "actions": [
                    { "id": "answer", "label": "Answer", "style": "primary", "url": "/#question-2210" },
                    { "id": "hand-over", "label": "Hand over" },
                ],
            }),
        ),
        (
            design.clone(),
            json!({
                "type": "proof.sent", "category": "proofs", "url": "/#proof-1047",
                "title": "Proof 1047 is with the customer",
                "body": "Museum poster, colours corrected for the third time.",
            }),
        ),
        (
            design,
            json!({
                "type": "proof.waiting", "category": "proofs", "url": "/#proof-1042",
                "title": "Proof 1042 waits for you",
                "body": "Spring catalogue: the cover is approved, the inside pages are not. Due on Friday.",
                "actions": [
                    { "id": "approve", "label": "Approve", "style": "primary" },
                    { "id": "open", "label": "Open", "url": "/#proof-1042" },
                ],
            }),
        ),
        (
            all(),
            json!({
                "type": "tip",
                "title": "Send yourself a notification",
                "body": "Use the form on this page, or the curl command below it. It appears here at once.",
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use serde_json::json;

    use super::{AGES_MS, notifications};
    use crate::inbox::SendRequest;

    #[test]
    fn every_first_item_is_one_that_a_backend_could_send() {
        let notifications = notifications(&["a", "b", "c"]);
        assert_eq!(notifications.len(), AGES_MS.len());
        for (users, mut notification) in notifications {
            notification["to"] = json!({ "users": users });
            let request: SendRequest = serde_json::from_value(notification.clone()).unwrap();
            assert!(request.check(Timestamp::from_unix_ms(0)).into_vec().is_empty(), "{notification}");
        }
    }
}
