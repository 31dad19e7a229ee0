//! Putting a notification into inboxes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use notification_bell_protocol::Timestamp;

use super::{
    counts, groups, idempotency,
    items::{self, NewItem},
    rows, schedule,
    shared::{self, Sharing},
    transaction::Db,
    users::{self, Hold},
};
use crate::{
    auth::user_id::UserId,
    store::{
        Audience, Idempotency, NewNotification, ProjectKey, Reached, SendOutcome, StoreError,
        numbers_kept::{Delta, NEW, priority_number},
    },
};

/// What an item needs to know of its notification.
pub(super) struct Placement {
    pub(super) notification: i64,
    pub(super) category: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) group_key: Option<String>,
}

/// Sends one notification.
///
/// Its key of idempotency is written first: of a hundred sends at once with one key, the others wait there for the
/// first, and find what it has left.
pub(super) async fn send(
    db: &Db<'_>,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
    key: Option<&Idempotency>,
) -> Result<SendOutcome, StoreError> {
    if let Some(key) = key
        && !idempotency::claim(db, project, key, notification).await?
    {
        let found = idempotency::repeated(db, project, key).await?;
        return found
            .ok_or_else(|| StoreError::Database("a key was forgotten while it was looked for".into()));
    }
    prepare(db, project, notification.group_key.as_deref(), audience).await?;
    let mut sharing = Sharing::default();
    let outcome = store(db, project, notification, audience, &mut sharing).await?;
    sharing.write(db, project).await?;
    if let Some(key) = key {
        match &outcome {
            SendOutcome::Stored(reached) => idempotency::keep(db, project, key, reached).await?,
            _ => idempotency::forget(db, project, key).await?,
        }
    }
    Ok(outcome)
}

/// Stores a notification that nothing stands against but that there may be too much of it. What it needs is
/// [prepared](prepare), and what is shared is yet to be written.
pub(super) async fn store(
    db: &Db<'_>,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
    sharing: &mut Sharing,
) -> Result<SendOutcome, StoreError> {
    let reached = match audience {
        Audience::Users(users) => Some(by_name(users)),
        Audience::Topic(topic) => sharing.take(db, project, Some(topic)).await?,
        Audience::Everyone => sharing.take(db, project, None).await?,
    };
    let Some(reached) = reached else { return Ok(SendOutcome::TooManyShared) };
    let recipients = i64::try_from(reached.recipients).unwrap_or(i64::MAX);
    let key = insert_notification(db, project, notification, audience, recipients).await?;
    if let Some(send_at) = notification.send_at {
        schedule::put(db, key, send_at, audience).await?;
    } else {
        let placement = Placement {
            notification: key,
            category: notification.category.clone(),
            created_at: notification.created_at,
            expires_at: notification.expires_at,
            group_key: notification.group_key.clone(),
        };
        place(db, project, placement, audience, sharing).await?;
    }
    Ok(SendOutcome::Stored(reached))
}

/// Has what a notification is to take the place of be in the inboxes of its recipients: what is shared may be read
/// without being there. For what is shared, holds the project. No inbox is locked yet.
pub(super) async fn prepare(
    db: &Db<'_>,
    project: ProjectKey,
    group_key: Option<&str>,
    audience: &Audience,
) -> Result<(), StoreError> {
    match (audience, group_key) {
        (Audience::Users(users), Some(group)) => shared::fold_group(db, project, users, group).await,
        (Audience::Users(_), None) => Ok(()),
        (Audience::Topic(_) | Audience::Everyone, _) => {
            users::hold_project(db, project, Hold::Alone).await.map(drop)
        }
    }
}

/// Puts a notification where its audience sees it. What it needs is [prepared](prepare), and what is shared is yet to be
/// written.
pub(super) async fn place(
    db: &Db<'_>,
    project: ProjectKey,
    placement: Placement,
    audience: &Audience,
    sharing: &mut Sharing,
) -> Result<(), StoreError> {
    match audience {
        Audience::Users(users) => place_by_name(db, project, &[(&placement, users.as_slice())]).await?,
        Audience::Topic(topic) => sharing.share(placement, Some(topic)),
        Audience::Everyone => sharing.share(placement, None),
    }
    Ok(())
}

/// Puts notifications into inboxes, in their order: all together in a few statements, however many they are.
pub(super) async fn place_by_name(
    db: &Db<'_>,
    project: ProjectKey,
    sends: &[(&Placement, &[UserId])],
) -> Result<(), StoreError> {
    let ids: BTreeSet<&str> = sends.iter().flat_map(|(_, users)| users.iter().map(UserId::as_str)).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let locked = users::lock_or_create_all(db, project, &ids).await?;
    let mut inboxes: HashMap<&str, (i64, i64)> =
        locked.iter().map(|inbox| (inbox.id.as_str(), (inbox.key, inbox.revision))).collect();
    let mut deltas: BTreeMap<i64, (i64, Delta)> = BTreeMap::new();
    let mut fresh: Vec<NewItem> = Vec::new();
    for (placement, users) in sends {
        for user in *users {
            let Some((inbox, revision)) = inboxes.get_mut(user.as_str()) else {
                return Err(StoreError::Database("a row that was locked is not there".into()));
            };
            let inbox = *inbox;
            *revision += 1;
            let (last, delta) = deltas.entry(inbox).or_default();
            *last = *revision;
            let group_count = match &placement.group_key {
                Some(group) => {
                    // It may repeat one of those before it.
                    items::insert(db, &fresh).await?;
                    fresh.clear();
                    groups::fold(db, inbox, *revision, group, placement.created_at, delta).await?
                }
                None => 1,
            };
            delta.add(placement.category.as_deref(), None, &NEW);
            fresh.push(NewItem {
                inbox,
                notification: placement.notification,
                revision: *revision,
                arrived: *revision,
                shared: 0,
                position: placement.created_at.unix_ms(),
                category: placement.category.clone(),
                due_at: placement.expires_at.map(Timestamp::unix_ms),
                group_key: placement.group_key.clone(),
                group_count,
            });
        }
    }
    items::insert(db, &fresh).await?;
    counts::write(db, &deltas).await
}

/// Whom a notification reaches that is sent now.
pub(super) async fn reached(
    db: &Db<'_>,
    project: ProjectKey,
    audience: &Audience,
) -> Result<Reached, StoreError> {
    match audience {
        Audience::Users(users) => Ok(by_name(users)),
        Audience::Topic(topic) => shared::reached(db, project, Some(topic)).await,
        Audience::Everyone => shared::reached(db, project, None).await,
    }
}

/// Whom a notification reaches that is sent to these users.
pub(super) fn by_name(users: &[UserId]) -> Reached {
    Reached {
        recipients: u64::try_from(users.len()).unwrap_or(u64::MAX),
        users: Some(users.to_vec()),
        step: None,
    }
}

async fn insert_notification(
    db: &Db<'_>,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
    recipients: i64,
) -> Result<i64, StoreError> {
    let topic = if let Audience::Topic(topic) = audience { Some(topic) } else { None };
    let actions = Some(&notification.actions).filter(|actions| !actions.is_empty());
    let texts = Some(&notification.texts).filter(|texts| !texts.is_empty());
    let inserted = db
        .one(
        "INSERT INTO notifications (id, project, type, category, title, body, url, icon, image, actions, data, \
         priority, created_at, expires_at, recipients, texts, group_key, topic, is_for_everyone) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING key",
        &[
            &notification.id,
            &project.0,
            &notification.r#type,
            &notification.category,
            &notification.title,
            &notification.body,
            &notification.url,
            &notification.icon,
            &notification.image,
            &actions.map(rows::as_json).transpose()?,
            &notification.data.as_ref().map(ToString::to_string),
            &priority_number(notification.priority),
            &notification.send_at.unwrap_or(notification.created_at).unix_ms(),
            &notification.expires_at.map(Timestamp::unix_ms),
            &recipients,
            &texts.map(rows::as_json).transpose()?,
            &notification.group_key,
            &topic,
            &(*audience == Audience::Everyone),
        ],
    )
    .await?;
    Ok(inserted.try_get(0)?)
}
