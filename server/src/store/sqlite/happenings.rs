//! What users do with notifications for the first time: counted, and written for webhooks, within the transaction of the
//! change.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{deliveries, inbox_changes::Candidate};
use crate::store::{
    Happening, Happenings, ItemState, NewDelivery, StoreError, WebhookKey, numbers_kept::happened,
    webhook_event::WebhookEvent,
};

/// Takes note of what a change did for the first time. To be called when the change is written.
pub(super) fn note(
    connection: &Connection,
    user: i64,
    candidate: &Candidate,
    after: &ItemState,
    at: Timestamp,
) -> Result<(), StoreError> {
    let before = &candidate.state;
    let happened = happened(after);
    let first = happened.without(before.happened);
    if !first.is_empty() {
        connection
            .prepare_cached("UPDATE items SET happened = ?3 WHERE user = ?1 AND notification = ?2")?
            .execute(params![user, candidate.notification, happened.bits()])?;
        count(connection, candidate.notification, first)?;
    }
    let actions: Vec<&str> = after
        .actions_done
        .iter()
        .filter(|action| !before.actions_done.contains(action))
        .map(String::as_str)
        .collect();
    for action in &actions {
        connection
            .prepare_cached(
                "INSERT INTO action_tallies (notification, action, users) VALUES (?1, ?2, 1) \
                 ON CONFLICT (notification, action) DO UPDATE SET users = users + 1",
            )?
            .execute(params![candidate.notification, action])?;
    }
    if first.is_empty() && actions.is_empty() {
        return Ok(());
    }
    write_events(connection, user, candidate.notification, first, &actions, at)
}

fn count(connection: &Connection, notification: i64, first: Happenings) -> Result<(), StoreError> {
    let one_if = |happening| i64::from(first.has(happening));
    connection
        .prepare_cached(
            "INSERT INTO tallies (notification, seen, read, clicked, archived) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (notification) DO UPDATE SET seen = seen + excluded.seen, read = read + excluded.read, \
             clicked = clicked + excluded.clicked, archived = archived + excluded.archived",
        )?
        .execute(params![
            notification,
            one_if(Happening::Seen),
            one_if(Happening::Read),
            one_if(Happening::Clicked),
            one_if(Happening::Archived)
        ])?;
    Ok(())
}

/// Writes events for the webhooks that are told of them; most projects have none.
fn write_events(
    connection: &Connection,
    user: i64,
    notification: i64,
    first: Happenings,
    actions: &[&str],
    at: Timestamp,
) -> Result<(), StoreError> {
    let webhooks: Vec<(WebhookKey, Happenings)> = connection
        .prepare_cached(
            "SELECT w.key, w.events FROM users u JOIN webhooks w ON w.project = u.project \
             WHERE u.key = ?1 AND w.enabled = 1",
        )?
        .query_map([user], |row| Ok((WebhookKey(row.get(0)?), Happenings::from_bits(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    if webhooks.is_empty() {
        return Ok(());
    }
    let (user_id, notification_id): (String, Uuid) = connection
        .prepare_cached("SELECT u.id, n.id FROM users u, notifications n WHERE u.key = ?1 AND n.key = ?2")?
        .query_row(params![user, notification], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?))))?;
    let event = |happening, action| WebhookEvent {
        happening,
        at,
        notification: notification_id,
        user: &user_id,
        action,
    };
    let events = Happening::ALL.into_iter().flat_map(|happening| {
        let of_actions = actions.iter().filter(move |_| happening == Happening::Action);
        let of_actions = of_actions.map(move |action| event(happening, Some(*action)));
        first.has(happening).then(|| event(happening, None)).into_iter().chain(of_actions)
    });
    for event in events {
        let delivery = NewDelivery {
            id: event.id(),
            r#type: event.happening.as_str().to_owned(),
            body: event.body(),
            created_at: at,
        };
        for (webhook, wanted) in &webhooks {
            if wanted.has(event.happening) {
                deliveries::insert(connection, *webhook, Some(user), &delivery)?;
            }
        }
    }
    Ok(())
}
