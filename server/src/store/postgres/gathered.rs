//! Writing sends to users by name together, in a few statements.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use super::{
    audit,
    connection::Connections,
    gathering::NamedSend,
    idempotency, rows,
    sends::{self, Placement},
    transaction::Db,
    users,
};
use crate::{
    auth::user_id::UserId,
    store::{
        Edition, Idempotency, NewNotification, ProjectKey, SendOutcome, StoreError,
        numbers_kept::priority_number,
    },
};

/// Writes sends in one transaction; gives what became of each.
pub(super) async fn write(
    db: &Db<'_>,
    connections: &Connections,
    sends: &[&NamedSend],
) -> Result<Vec<SendOutcome>, StoreError> {
    let now = if sends.iter().any(|send| send.edition.is_some()) {
        Some(audit::lasting_edition(db).await?)
    } else {
        None
    };
    if let Some(now) = now {
        // What is asked from now on is asked with it.
        connections.learn(now);
    }
    let claimed = claim(db, sends, now).await?;
    let fresh: Vec<&NamedSend> = sends
        .iter()
        .zip(&claimed)
        .filter(|(_, claim)| **claim == Claim::Fresh)
        .map(|(send, _)| *send)
        .collect();
    let keys = insert_notifications(db, &fresh).await?;
    let mut projects: BTreeMap<ProjectKey, Vec<(Placement, &[UserId])>> = BTreeMap::new();
    for send in &fresh {
        let Some(notification) = keys.get(&send.notification.id).copied() else {
            return Err(StoreError::Database("a notification that was written is not there".into()));
        };
        let placement = Placement {
            notification,
            category: send.notification.category.clone(),
            created_at: send.notification.created_at,
            expires_at: send.notification.expires_at,
            group_key: None,
        };
        projects.entry(send.project).or_default().push((placement, send.users.as_slice()));
    }
    if projects.len() > 1 {
        lock_all(db, &fresh).await?;
    }
    for (project, placed) in &projects {
        let placed: Vec<(&Placement, &[UserId])> =
            placed.iter().map(|(placement, users)| (placement, *users)).collect();
        sends::place_by_name(db, *project, &placed).await?;
    }
    outcomes(db, sends, &claimed).await
}

/// Locks the inboxes of several projects, in the order of their keys.
async fn lock_all(db: &Db<'_>, sends: &[&NamedSend]) -> Result<(), StoreError> {
    let users: BTreeSet<(ProjectKey, &str)> =
        sends.iter().flat_map(|send| send.users.iter().map(|user| (send.project, user.as_str()))).collect();
    let users: Vec<(ProjectKey, &str)> = users.into_iter().collect();
    for of_project in users.chunk_by(|one, other| one.0 == other.0) {
        let ids: Vec<&str> = of_project.iter().map(|(_, id)| *id).collect();
        users::create(db, of_project[0].0, &ids).await?;
    }
    let (projects, ids): (Vec<i64>, Vec<&str>) =
        users.into_iter().map(|(project, id)| (project.0, id)).unzip();
    db.all(
        "SELECT u.key FROM unnest($1::bigint[], $2::text[]) AS w (project, id) \
         JOIN users u ON u.project = w.project AND u.id = w.id ORDER BY u.key FOR NO KEY UPDATE OF u",
        &[&projects, &ids],
    )
    .await
    .map(drop)
}

/// What its key of idempotency makes of a send.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// It is sent.
    Fresh,
    /// The key was there, or is that of another one that is sent now.
    Known,
    /// Keys and projects may not be what they were when it was allowed.
    Outdated,
}

/// Writes the keys of idempotency that are not there. Somebody who is about to write the same one is waited for.
async fn claim(db: &Db<'_>, sends: &[&NamedSend], now: Option<Edition>) -> Result<Vec<Claim>, StoreError> {
    let mut firsts: BTreeMap<(ProjectKey, &str), (&NamedSend, &Idempotency)> = BTreeMap::new();
    for send in sends.iter().filter(|send| !send.is_outdated(now)) {
        if let Some(key) = &send.idempotency {
            firsts.entry((send.project, &key.key)).or_insert((send, key));
        }
    }
    let mut written: HashSet<Uuid> = HashSet::new();
    if !firsts.is_empty() {
        let projects: Vec<i64> = firsts.keys().map(|(project, _)| project.0).collect();
        let texts: Vec<&str> = firsts.keys().map(|(_, text)| *text).collect();
        let fingerprints: Vec<&[u8]> = firsts.values().map(|(_, key)| key.fingerprint.as_slice()).collect();
        let ids: Vec<Uuid> = firsts.values().map(|(send, _)| send.notification.id).collect();
        let recipients: Vec<i64> = firsts.values().map(|(send, _)| rows::limit(send.users.len())).collect();
        let moments: Vec<i64> =
            firsts.values().map(|(send, _)| send.notification.created_at.unix_ms()).collect();
        let rows = db
            .all(
                "INSERT INTO idempotency_keys (project, text, fingerprint, notification, recipients, created_at) \
                 SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::uuid[], $5::bigint[], $6::bigint[]) \
                 ON CONFLICT (project, text) DO NOTHING RETURNING notification",
                &[&projects, &texts, &fingerprints, &ids, &recipients, &moments],
            )
            .await?;
        for row in rows {
            written.insert(row.try_get(0)?);
        }
    }
    let claim = |send: &&NamedSend| match &send.idempotency {
        _ if send.is_outdated(now) => Claim::Outdated,
        Some(_) if !written.contains(&send.notification.id) => Claim::Known,
        _ => Claim::Fresh,
    };
    Ok(sends.iter().map(claim).collect())
}

async fn outcomes(
    db: &Db<'_>,
    sends: &[&NamedSend],
    claimed: &[Claim],
) -> Result<Vec<SendOutcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(sends.len());
    for (send, claim) in sends.iter().zip(claimed) {
        outcomes.push(match (&send.idempotency, claim) {
            (Some(key), Claim::Known) => idempotency::repeated(db, send.project, key)
                .await?
                .ok_or_else(|| StoreError::Database("a key was forgotten while it was looked for".into()))?,
            (_, Claim::Outdated) => SendOutcome::Outdated,
            _ => SendOutcome::Stored(sends::by_name(&send.users)),
        });
    }
    Ok(outcomes)
}

/// Adds notifications to users by name; gives their keys by their ids.
async fn insert_notifications(db: &Db<'_>, sends: &[&NamedSend]) -> Result<HashMap<Uuid, i64>, StoreError> {
    if sends.is_empty() {
        return Ok(HashMap::new());
    }
    let notifications: Vec<&NewNotification> = sends.iter().map(|send| &send.notification).collect();
    let texts = |of: fn(&NewNotification) -> Option<&str>| {
        notifications.iter().map(|notification| of(notification)).collect::<Vec<_>>()
    };
    let actions = notifications
        .iter()
        .map(|one| Some(&one.actions).filter(|actions| !actions.is_empty()).map(rows::as_json).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let by_locale = notifications
        .iter()
        .map(|one| Some(&one.texts).filter(|texts| !texts.is_empty()).map(rows::as_json).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<Uuid> = notifications.iter().map(|one| one.id).collect();
    let projects: Vec<i64> = sends.iter().map(|send| send.project.0).collect();
    let data: Vec<Option<String>> =
        notifications.iter().map(|one| one.data.as_ref().map(ToString::to_string)).collect();
    let priorities: Vec<i64> = notifications.iter().map(|one| priority_number(one.priority)).collect();
    let created: Vec<i64> = notifications.iter().map(|one| one.created_at.unix_ms()).collect();
    let expire: Vec<Option<i64>> =
        notifications.iter().map(|one| one.expires_at.map(Timestamp::unix_ms)).collect();
    let recipients: Vec<i64> = sends.iter().map(|send| rows::limit(send.users.len())).collect();
    let inserted = db
        .all(
            "INSERT INTO notifications (id, project, type, category, title, body, url, icon, image, actions, data, \
             priority, created_at, expires_at, recipients, texts) \
             SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
             $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], \
             $15::bigint[], $16::text[]) RETURNING id, key",
            &[
                &ids,
                &projects,
                &texts(|one| one.r#type.as_deref()),
                &texts(|one| one.category.as_deref()),
                &texts(|one| Some(&one.title)),
                &texts(|one| one.body.as_deref()),
                &texts(|one| one.url.as_deref()),
                &texts(|one| one.icon.as_deref()),
                &texts(|one| one.image.as_deref()),
                &actions,
                &data,
                &priorities,
                &created,
                &expire,
                &recipients,
                &by_locale,
            ],
        )
        .await?;
    inserted.iter().map(|row| Ok((row.try_get("id")?, row.try_get("key")?))).collect()
}
