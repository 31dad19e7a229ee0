//! What users do with notifications for the first time: counted, and written for webhooks, within the transaction of the
//! change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use super::{deliveries, items::Changed, rows, transaction::Db};
use crate::store::{
    Happening, Happenings, NewDelivery, StoreError, WebhookKey, numbers_kept::happened,
    webhook_event::WebhookEvent,
};

/// What is counted with each notification.
const COUNTED: [Happening; 4] = [Happening::Seen, Happening::Read, Happening::Clicked, Happening::Archived];

/// What one item sees for the first time.
struct First<'a> {
    inbox: i64,
    notification: i64,
    happenings: Happenings,
    actions: Vec<&'a str>,
}

/// Takes note of what changes did for the first time; gives what has ever been done with each item.
pub(super) async fn note(
    db: &Db<'_>,
    changed: &[Changed<'_>],
    at: Timestamp,
) -> Result<Vec<Happenings>, StoreError> {
    let mut ever = Vec::with_capacity(changed.len());
    let mut firsts = Vec::new();
    for Changed { inbox, candidate, after, .. } in changed {
        let before = &candidate.state;
        let happened = happened(after);
        let happenings = happened.without(before.happened);
        ever.push(if happenings.is_empty() { before.happened } else { happened });
        let actions: Vec<&str> = after
            .actions_done
            .iter()
            .filter(|action| !before.actions_done.contains(action))
            .map(String::as_str)
            .collect();
        if !happenings.is_empty() || !actions.is_empty() {
            firsts.push(First { inbox: *inbox, notification: candidate.notification, happenings, actions });
        }
    }
    if !firsts.is_empty() {
        count(db, &firsts).await?;
        count_actions(db, &firsts).await?;
        write_events(db, &firsts, at).await?;
    }
    Ok(ever)
}

/// The rows are written in the order of their notifications, so that of two who count the same ones none waits for the
/// other while the other waits for it.
async fn count(db: &Db<'_>, firsts: &[First<'_>]) -> Result<(), StoreError> {
    let mut counted: BTreeMap<i64, [i64; 4]> = BTreeMap::new();
    for first in firsts.iter().filter(|first| !first.happenings.is_empty()) {
        let numbers = counted.entry(first.notification).or_default();
        for (number, happening) in numbers.iter_mut().zip(COUNTED) {
            *number += i64::from(first.happenings.has(happening));
        }
    }
    if counted.is_empty() {
        return Ok(());
    }
    let notifications: Vec<i64> = counted.keys().copied().collect();
    let column = |at: usize| counted.values().map(|numbers| numbers[at]).collect::<Vec<i64>>();
    db.run(
        "INSERT INTO tallies AS t (notification, seen, read, clicked, archived) \
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) \
         ON CONFLICT (notification) DO UPDATE SET seen = t.seen + excluded.seen, read = t.read + excluded.read, \
         clicked = t.clicked + excluded.clicked, archived = t.archived + excluded.archived",
        &[&notifications, &column(0), &column(1), &column(2), &column(3)],
    )
    .await
    .map(drop)
}

/// In one order as well.
async fn count_actions(db: &Db<'_>, firsts: &[First<'_>]) -> Result<(), StoreError> {
    let mut counted: BTreeMap<(i64, &str), i64> = BTreeMap::new();
    for first in firsts {
        for action in &first.actions {
            *counted.entry((first.notification, *action)).or_default() += 1;
        }
    }
    if counted.is_empty() {
        return Ok(());
    }
    let notifications: Vec<i64> = counted.keys().map(|(notification, _)| *notification).collect();
    let actions: Vec<&str> = counted.keys().map(|(_, action)| *action).collect();
    let users: Vec<i64> = counted.into_values().collect();
    db.run(
        "INSERT INTO action_tallies AS t (notification, action, users) \
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) \
         ON CONFLICT (notification, action) DO UPDATE SET users = t.users + excluded.users",
        &[&notifications, &actions, &users],
    )
    .await
    .map(drop)
}

/// A user, and the webhooks that are told of what they do.
#[derive(Default)]
struct Told {
    user: String,
    webhooks: Vec<(WebhookKey, Happenings)>,
}

/// Writes events for the webhooks that are told of them; most projects have none.
async fn write_events(db: &Db<'_>, firsts: &[First<'_>], at: Timestamp) -> Result<(), StoreError> {
    let inboxes: BTreeSet<i64> = firsts.iter().map(|first| first.inbox).collect();
    let found = db
        .all(
            "SELECT u.key AS inbox, u.id AS user_id, w.key, w.events FROM users u \
             JOIN webhooks w ON w.project = u.project WHERE u.key = ANY($1) AND w.enabled ORDER BY u.key, w.key",
            &[&inboxes.into_iter().collect::<Vec<_>>()],
        )
        .await?;
    if found.is_empty() {
        return Ok(());
    }
    let mut told: HashMap<i64, Told> = HashMap::new();
    for row in &found {
        let one = told.entry(row.try_get("inbox")?).or_default();
        one.user = row.try_get("user_id")?;
        one.webhooks.push((WebhookKey(row.try_get("key")?), rows::happenings(row, "events")?));
    }
    let notifications: BTreeSet<i64> = firsts.iter().map(|first| first.notification).collect();
    let notifications: Vec<i64> = notifications.into_iter().collect();
    let found = db.all("SELECT key, id FROM notifications WHERE key = ANY($1)", &[&notifications]).await?;
    let ids = found
        .iter()
        .map(|row| Ok((row.try_get("key")?, row.try_get("id")?)))
        .collect::<Result<HashMap<i64, Uuid>, StoreError>>()?;
    let mut deliveries = Vec::new();
    for first in firsts {
        let (Some(told), Some(id)) = (told.get(&first.inbox), ids.get(&first.notification)) else { continue };
        let event =
            |happening, action| WebhookEvent { happening, at, notification: *id, user: &told.user, action };
        let events = Happening::ALL.into_iter().flat_map(|happening| {
            let of_actions = first.actions.iter().filter(move |_| happening == Happening::Action);
            let of_actions = of_actions.map(move |action| event(happening, Some(*action)));
            first.happenings.has(happening).then(|| event(happening, None)).into_iter().chain(of_actions)
        });
        for event in events {
            for (webhook, wanted) in &told.webhooks {
                if wanted.has(event.happening) {
                    let delivery = NewDelivery {
                        id: event.id(),
                        r#type: event.happening.as_str().to_owned(),
                        body: event.body(),
                        created_at: at,
                    };
                    deliveries.push((Some(first.inbox), *webhook, delivery));
                }
            }
        }
    }
    deliveries::insert(db, &deliveries).await
}
