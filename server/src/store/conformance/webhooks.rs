//! Webhooks, and what users do as it is written for them.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;
use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    ANY, Bench, NOW, entry, everything, id, notification, preferences::archived, project, read, removed,
};
use crate::store::{
    Attempted, ClaimedDelivery, Delivery, DeliveryQuery, DeliveryStatus, DueWebhook, Happening, Happenings,
    ItemState, NewDelivery, NewWebhook, Outcome, TRIED_FOR_MS, Transition, Webhook, WebhookChange,
    WebhookKey,
};

const DAY_MS: i64 = 86_400_000;

fn everything_that_happens() -> Happenings {
    Happening::ALL.into_iter().fold(Happenings::NONE, Happenings::with)
}

fn new(bench: &Bench, name: &str, events: Happenings) -> NewWebhook {
    NewWebhook {
        id: name.to_owned(),
        project: bench.project.key,
        url: format!("https://{name}.example/"),
        description: None,
        events,
        sealed_secret: vec![1],
        created_at: NOW,
    }
}

async fn add(bench: &Bench, name: &str, events: Happenings) -> Webhook {
    bench.store.create_webhook(new(bench, name, events), 20, entry()).await.unwrap().unwrap()
}

async fn change(bench: &Bench, name: &str, change: WebhookChange) -> Webhook {
    bench.store.change_webhook(bench.project.key, name, change, entry()).await.unwrap().unwrap()
}

fn all() -> DeliveryQuery {
    DeliveryQuery { status: None, limit: 100, before: None }
}

async fn deliveries(bench: &Bench, webhook: &Webhook) -> Vec<Delivery> {
    bench.store.deliveries(webhook.key, all()).await.unwrap()
}

/// The types of what is to be told, sorted.
async fn types(bench: &Bench, webhook: &Webhook) -> Vec<String> {
    let mut types: Vec<String> =
        deliveries(bench, webhook).await.into_iter().map(|delivery| delivery.r#type).collect();
    types.sort_unstable();
    types
}

fn due(webhook: &Webhook, at: Timestamp) -> DueWebhook {
    DueWebhook { webhook: webhook.key, project: webhook.project, at }
}

fn message(number: u128) -> NewDelivery {
    NewDelivery {
        id: Uuid::from_u128(number),
        r#type: "t".to_owned(),
        body: "{}".to_owned(),
        created_at: NOW,
    }
}

async fn claim(bench: &Bench, webhook: &Webhook, most: usize, now: Timestamp) -> Vec<ClaimedDelivery> {
    bench.store.claim_deliveries(vec![(webhook.key, most)], now, now.plus_ms(20_000)).await.unwrap()
}

fn attempted(claimed: &ClaimedDelivery, outcome: Outcome) -> Attempted {
    Attempted {
        key: claimed.key,
        attempt: claimed.attempt,
        status: Some(500),
        error: Some("wrong".to_owned()),
        answer: Some("no".to_owned()),
        outcome,
    }
}

pub(in crate::store) async fn a_webhook_is_one_projects_and_changes_only_in_what_is_named(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    let made = add(&bench, "one", everything_that_happens()).await;
    assert!(made.enabled && made.previous_secret.is_none());
    assert!(bench.store.webhooks(other.key).await.unwrap().is_empty());
    let foreign = bench.store.change_webhook(other.key, "one", WebhookChange::default(), entry());
    assert!(foreign.await.unwrap().is_none());
    assert!(!bench.store.remove_webhook(other.key, "one", entry()).await.unwrap());

    let gone = WebhookChange { enabled: Some(false), gone_at: Some(NOW), ..WebhookChange::default() };
    assert_eq!(change(&bench, "one", gone).await.gone_at, Some(NOW));
    let named = WebhookChange { description: Some("For people".to_owned()), ..WebhookChange::default() };
    let described = change(&bench, "one", named).await;
    assert_eq!((described.enabled, described.gone_at, &described.url), (false, Some(NOW), &made.url));
    let enabled = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    let enabled = change(&bench, "one", enabled).await;
    assert_eq!((enabled.enabled, enabled.gone_at, enabled.description), (true, None, described.description));
    let until = NOW.plus_ms(DAY_MS);
    let secret = WebhookChange { secret: Some((vec![2], until)), ..WebhookChange::default() };
    let rotated = change(&bench, "one", secret).await;
    let previous = rotated.previous_secret.unwrap();
    assert_eq!((rotated.sealed_secret, previous.sealed, previous.until), (vec![2], vec![1], until));

    assert!(bench.store.remove_webhook(bench.project.key, "one", entry()).await.unwrap());
    assert!(!bench.store.remove_webhook(bench.project.key, "one", entry()).await.unwrap());
    assert!(bench.store.webhooks(bench.project.key).await.unwrap().is_empty());
}

pub(in crate::store) async fn a_project_has_as_many_webhooks_as_it_may(bench: Bench) {
    for name in ["a", "b"] {
        let made = bench.store.create_webhook(new(&bench, name, Happenings::NONE), 2, entry()).await.unwrap();
        assert!(made.is_some());
    }
    let third = bench.store.create_webhook(new(&bench, "c", Happenings::NONE), 2, entry()).await.unwrap();
    assert!(third.is_none());
    bench.store.remove_webhook(bench.project.key, "a", entry()).await.unwrap();
    let third = bench.store.create_webhook(new(&bench, "c", Happenings::NONE), 2, entry()).await.unwrap();
    assert!(third.is_some());
}

pub(in crate::store) async fn what_a_user_does_is_written_once_for_those_that_want_it(bench: Bench) {
    let all = add(&bench, "all", everything_that_happens()).await;
    let read_only = add(&bench, "read", Happenings::NONE.with(Happening::Read)).await;
    let off = add(&bench, "off", everything_that_happens()).await;
    change(&bench, "off", WebhookChange { enabled: Some(false), ..WebhookChange::default() }).await;
    let user = bench.user("u");
    bench.send(&["u", "v"], notification(1)).await;
    assert!(deliveries(&bench, &all).await.is_empty(), "being sent is not something that a user does");
    let unread: Transition = Arc::new(|state| ItemState { read_at: None, seen_at: None, ..state });
    let acted: Transition = Arc::new(|state| ItemState { actions_done: vec!["go".to_owned()], ..state });
    for transition in [read(), unread, read(), Arc::clone(&acted), acted, archived(), removed()] {
        bench.store.change_item(&user, id(1), NOW.plus_ms(5), transition, ANY).await.unwrap().unwrap();
    }
    let expected = ["notification.action", "notification.archived", "notification.read", "notification.seen"];
    assert_eq!(types(&bench, &all).await, expected);
    assert!(deliveries(&bench, &off).await.is_empty());
    let told = deliveries(&bench, &read_only).await;
    let [delivery] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((delivery.status, delivery.attempts), (DeliveryStatus::Pending, 0));
    assert_eq!(delivery.next_attempt_at, Some(NOW.plus_ms(5)), "at once");
    let body: Value = serde_json::from_str(&delivery.body).unwrap();
    let data = json!({ "notification": id(1).to_string(), "user": "u" });
    let timestamp = NOW.plus_ms(5).to_string();
    assert_eq!(body, json!({ "type": "notification.read", "timestamp": timestamp, "data": data }));
    let action = deliveries(&bench, &all).await.into_iter().find(|told| told.r#type == expected[0]).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&action.body).unwrap()["data"]["action"], "go");

    // A mark of everything tells of each.
    bench.send(&["v"], notification(2)).await;
    bench.store.change_items(&bench.user("v"), everything(), NOW, read()).await.unwrap();
    assert_eq!(deliveries(&bench, &read_only).await.len(), 3);
}

pub(in crate::store) async fn another_projects_webhook_is_told_nothing(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    let foreign = NewWebhook { project: other.key, ..new(&bench, "foreign", everything_that_happens()) };
    let foreign = bench.store.create_webhook(foreign, 20, entry()).await.unwrap().unwrap();
    bench.send(&["u"], notification(1)).await;
    bench.store.change_item(&bench.user("u"), id(1), NOW, read(), ANY).await.unwrap().unwrap();
    assert!(deliveries(&bench, &foreign).await.is_empty());
}

pub(in crate::store) async fn what_is_claimed_is_nobody_elses_until_the_lease_ends(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    for number in 1..=3 {
        bench.store.add_delivery(webhook.key, message(number)).await.unwrap();
    }
    assert_eq!(bench.store.due_webhooks().await.unwrap(), [due(&webhook, NOW)]);
    assert!(claim(&bench, &webhook, 5, NOW.plus_ms(-1)).await.is_empty(), "not due yet");
    let first = claim(&bench, &webhook, 2, NOW).await;
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|claimed| (claimed.attempt, claimed.tries) == (1, 1)));
    assert_eq!(claim(&bench, &webhook, 5, NOW).await.len(), 1);
    assert!(claim(&bench, &webhook, 5, NOW.plus_ms(19_999)).await.is_empty());
    let lease_end = NOW.plus_ms(20_000);
    assert_eq!(bench.store.due_webhooks().await.unwrap(), [due(&webhook, lease_end)]);

    // Whoever held the lease has gone, or is late: what it says then counts for nothing.
    let again = claim(&bench, &webhook, 5, lease_end).await;
    assert_eq!(again.len(), 3);
    assert!(!bench.store.settle_delivery(attempted(&first[0], Outcome::Delivered)).await.unwrap());
    for claimed in &again {
        assert!(bench.store.settle_delivery(attempted(claimed, Outcome::Delivered)).await.unwrap());
        assert!(!bench.store.settle_delivery(attempted(claimed, Outcome::Failed)).await.unwrap());
    }
    assert!(bench.store.due_webhooks().await.unwrap().is_empty());
    assert!(deliveries(&bench, &webhook).await.iter().all(|told| told.status == DeliveryStatus::Delivered));
}

pub(in crate::store) async fn no_two_claims_at_once_get_the_same(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    for number in 1..=50 {
        bench.store.add_delivery(webhook.key, message(number)).await.unwrap();
    }
    let bench = Arc::new(bench);
    let claims = (0..10).map(|_| {
        let (bench, webhook) = (Arc::clone(&bench), webhook.clone());
        tokio::spawn(async move { claim(&bench, &webhook, 5, NOW).await })
    });
    let mut claimed = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        claimed.extend(claim.await.unwrap().into_iter().map(|claimed| claimed.id));
    }
    assert_eq!(claimed.len(), 50);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 50);
}

pub(in crate::store) async fn what_failed_is_tried_again_at_its_moment_and_can_be_replayed(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    bench.store.add_delivery(webhook.key, message(1)).await.unwrap();
    bench.store.add_delivery(webhook.key, message(1)).await.unwrap();
    let [claimed] = <[ClaimedDelivery; 1]>::try_from(claim(&bench, &webhook, 5, NOW).await).unwrap();
    assert_eq!(claimed.give_up_at, NOW.plus_ms(TRIED_FOR_MS));
    let later = NOW.plus_ms(5_000);
    bench.store.settle_delivery(attempted(&claimed, Outcome::Retried(later))).await.unwrap();
    let told = &deliveries(&bench, &webhook).await[0];
    assert_eq!((told.status, told.next_attempt_at, told.attempts), (DeliveryStatus::Pending, Some(later), 1));
    assert_eq!((told.last_status, told.last_error.as_deref()), (Some(500), Some("wrong")));
    assert_eq!((told.last_answer.as_deref(), told.last_attempt_at), (Some("no"), Some(NOW)));
    assert!(claim(&bench, &webhook, 5, later.plus_ms(-1)).await.is_empty());
    let [claimed] = <[ClaimedDelivery; 1]>::try_from(claim(&bench, &webhook, 5, later).await).unwrap();
    assert_eq!((claimed.attempt, claimed.tries), (2, 2));
    bench.store.settle_delivery(attempted(&claimed, Outcome::Failed)).await.unwrap();
    assert!(bench.store.due_webhooks().await.unwrap().is_empty());

    let replayed_at = NOW.plus_ms(2 * DAY_MS);
    assert!(bench.store.replay_delivery(webhook.key, claimed.id, replayed_at).await.unwrap());
    let [again] = <[ClaimedDelivery; 1]>::try_from(claim(&bench, &webhook, 5, replayed_at).await).unwrap();
    assert_eq!((again.id, again.attempt, again.tries), (claimed.id, 3, 1));
    assert_eq!(again.give_up_at, replayed_at.plus_ms(TRIED_FOR_MS));
    assert!(!bench.store.replay_delivery(webhook.key, Uuid::from_u128(9), NOW).await.unwrap());
    assert!(!bench.store.replay_delivery(WebhookKey(99), claimed.id, NOW).await.unwrap());
}

pub(in crate::store) async fn deliveries_are_listed_by_status_and_page(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    for number in 1..=5 {
        bench.store.add_delivery(webhook.key, message(number)).await.unwrap();
    }
    for claimed in claim(&bench, &webhook, 2, NOW).await {
        bench.store.settle_delivery(attempted(&claimed, Outcome::Failed)).await.unwrap();
    }
    let list = async |query| -> Vec<u128> {
        let found = bench.store.deliveries(webhook.key, query).await.unwrap();
        found.into_iter().map(|told: Delivery| told.id.as_u128()).collect()
    };
    assert_eq!(list(all()).await, [5, 4, 3, 2, 1]);
    assert_eq!(list(DeliveryQuery { limit: 2, ..all() }).await, [5, 4]);
    assert_eq!(list(DeliveryQuery { before: Some(Uuid::from_u128(4)), ..all() }).await, [3, 2, 1]);
    let failed = DeliveryQuery { status: Some(DeliveryStatus::Failed), ..all() };
    assert_eq!(list(failed.clone()).await, [2, 1]);
    assert_eq!(list(DeliveryQuery { before: Some(Uuid::from_u128(2)), ..failed }).await, [1]);
}

pub(in crate::store) async fn a_disabled_webhook_keeps_what_waits_and_a_removed_one_nothing(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    bench.store.add_delivery(webhook.key, message(1)).await.unwrap();
    let switch = |on| WebhookChange { enabled: Some(on), ..WebhookChange::default() };
    change(&bench, "one", switch(false)).await;
    assert!(bench.store.due_webhooks().await.unwrap().is_empty());
    assert!(claim(&bench, &webhook, 5, NOW).await.is_empty());
    change(&bench, "one", switch(true)).await;
    assert_eq!(claim(&bench, &webhook, 5, NOW).await.len(), 1);

    bench.store.remove_webhook(bench.project.key, "one", entry()).await.unwrap();
    assert!(claim(&bench, &webhook, 5, NOW.plus_ms(DAY_MS)).await.is_empty());
    assert!(!bench.store.forget_deliveries(NOW.plus_ms(-DAY_MS)).await.unwrap());
    assert!(deliveries(&bench, &webhook).await.is_empty());
}

pub(in crate::store) async fn old_deliveries_are_forgotten_and_those_that_are_tried_are_not(bench: Bench) {
    let webhook = add(&bench, "one", everything_that_happens()).await;
    let added = (1..=2_500).map(|number| bench.store.add_delivery(webhook.key, message(number)));
    assert!(join_all(added).await.iter().all(Result::is_ok));
    let recent = NewDelivery { created_at: NOW.plus_ms(DAY_MS), ..message(9_000) };
    bench.store.add_delivery(webhook.key, recent).await.unwrap();
    let replayed = Uuid::from_u128(7);
    bench.store.replay_delivery(webhook.key, replayed, NOW.plus_ms(7 * DAY_MS)).await.unwrap();
    let mut steps = 1;
    while bench.store.forget_deliveries(NOW.plus_ms(1)).await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 3, "a thousand at a time");
    let left: Vec<u128> = deliveries(&bench, &webhook).await.iter().map(|told| told.id.as_u128()).collect();
    assert_eq!(left, [9_000, 7]);
}
