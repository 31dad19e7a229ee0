//! Sharing a notification: one row, whoever will see it.

use std::collections::{HashMap, hash_map::Entry};

use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use crate::{
    auth::user_id::UserId,
    store::{
        MAX_SHARED, ProjectKey, Reached, StoreError,
        postgres::{rows, sends::Placement, transaction::Db},
    },
};

/// More subscribers than this are not named: every stream of the project looks for itself then.
const MAX_NAMED: i64 = 1_000;

/// What is shared in one transaction. The project is held alone, so that what was asked once stays so.
#[derive(Default)]
pub(in crate::store::postgres) struct Sharing {
    /// By topic, or for everyone: whom it reaches, and how much more there may be.
    audiences: HashMap<Option<String>, (Reached, i64)>,
    /// What has yet to be written, with its topic.
    waiting: Vec<(Placement, Option<String>)>,
}

impl Sharing {
    /// Whom one more notification to a topic or, without one, to everyone reaches; `None` if there may be no more.
    pub(in crate::store::postgres) async fn take(
        &mut self,
        db: &Db<'_>,
        project: ProjectKey,
        topic: Option<&str>,
    ) -> Result<Option<Reached>, StoreError> {
        let (reached, room) = match self.audiences.entry(topic.map(str::to_owned)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let most = i64::try_from(MAX_SHARED).unwrap_or(i64::MAX);
                let room = most - number_of(db, project, topic, most).await?;
                unknown.insert((reached(db, project, topic).await?, room))
            }
        };
        if *room <= 0 {
            return Ok(None);
        }
        *room -= 1;
        Ok(Some(reached.clone()))
    }

    /// Shares a notification with a topic or, without one, with everyone, when it is [written](Self::write).
    pub(in crate::store::postgres) fn share(&mut self, placement: Placement, topic: Option<&str>) {
        self.waiting.push((placement, topic.map(str::to_owned)));
    }

    /// Writes what waits, each with the next shared revision. What is for a topic that nobody is in is for nobody, and is
    /// not shared.
    ///
    /// The row of the project is this transaction's alone until the commit: whoever reads a revision sees what came with
    /// it. It is written once, because a row that is changed again and again in one transaction is slower each time.
    pub(in crate::store::postgres) async fn write(
        &mut self,
        db: &Db<'_>,
        project: ProjectKey,
    ) -> Result<(), StoreError> {
        let mut keys: HashMap<Option<String>, Option<Option<i64>>> = HashMap::new();
        let mut shared = Vec::new();
        for (placement, topic) in self.waiting.drain(..) {
            let key = match keys.entry(topic) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => {
                    let key = match unknown.key() {
                        Some(name) => topic_key(db, project, name).await?.map(Some),
                        None => Some(None),
                    };
                    *unknown.insert(key)
                }
            };
            if let Some(topic) = key {
                shared.push((placement, topic));
            }
        }
        insert(db, project, &shared).await
    }
}

/// Each is of a topic, by its key, or for everyone.
async fn insert(
    db: &Db<'_>,
    project: ProjectKey,
    shared: &[(Placement, Option<i64>)],
) -> Result<(), StoreError> {
    if shared.is_empty() {
        return Ok(());
    }
    let raised = raise_revision(db, project, shared.len()).await?;
    let first = raised - rows::limit(shared.len()) + 1;
    let notifications: Vec<i64> = shared.iter().map(|(placement, _)| placement.notification).collect();
    let topics: Vec<Option<i64>> = shared.iter().map(|(_, topic)| *topic).collect();
    let came: Vec<i64> = (first..=raised).collect();
    let positions: Vec<i64> = shared.iter().map(|(placement, _)| placement.created_at.unix_ms()).collect();
    let categories: Vec<Option<&str>> =
        shared.iter().map(|(placement, _)| placement.category.as_deref()).collect();
    let due: Vec<Option<i64>> =
        shared.iter().map(|(placement, _)| placement.expires_at.map(Timestamp::unix_ms)).collect();
    let groups: Vec<Option<&str>> =
        shared.iter().map(|(placement, _)| placement.group_key.as_deref()).collect();
    db.run(
        "INSERT INTO shared (notification, project, topic, came, revision, position, category, due_at, group_key) \
         SELECT w.notification, $1::bigint, w.topic, w.came, w.came, w.position, w.category, w.due_at, w.group_key \
         FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[]) \
         AS w (notification, topic, came, position, category, due_at, group_key)",
        &[&project.0, &notifications, &topics, &came, &positions, &categories, &due, &groups],
    )
    .await
    .map(drop)
}

/// How much is shared with a topic or, without one, with everyone, or is to be; `most` if it is as much or more.
async fn number_of(
    db: &Db<'_>,
    project: ProjectKey,
    topic: Option<&str>,
    most: i64,
) -> Result<i64, StoreError> {
    // No more is looked at than may be there. Numbers kept with each topic would save that, and would have to be right
    // about what is to be sent to topics that come and go meanwhile.
    let (shared, scheduled) = if topic.is_some() {
        (
            "shared s JOIN topics t ON t.key = s.topic WHERE t.project = $1 AND t.name = $2 AND s.removed_at IS NULL",
            "scheduled s JOIN notifications n ON n.key = s.notification WHERE s.topic = $2 AND n.project = $1",
        )
    } else {
        (
            "shared WHERE project = $1 AND topic IS NULL AND removed_at IS NULL AND $2::text IS NULL",
            "scheduled s JOIN notifications n ON n.key = s.notification WHERE s.is_for_everyone AND n.project = $1",
        )
    };
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {shared} UNION ALL SELECT 1 FROM {scheduled} LIMIT $3) some_of_it"
    );
    Ok(db.one(&sql, &[&project.0, &topic, &most]).await?.try_get(0)?)
}

/// Raises the shared revision of a project by so much; gives the last one.
pub(super) async fn raise_revision(db: &Db<'_>, project: ProjectKey, by: usize) -> Result<i64, StoreError> {
    let raised = db
        .one(
            "UPDATE projects SET shared_revision = shared_revision + $2 WHERE key = $1 RETURNING shared_revision",
            &[&project.0, &rows::limit(by)],
        )
        .await?;
    Ok(raised.try_get(0)?)
}

/// The key of a topic.
pub(super) async fn topic_key(
    db: &Db<'_>,
    project: ProjectKey,
    name: &str,
) -> Result<Option<i64>, StoreError> {
    let found = db
        .first("SELECT key FROM topics WHERE project = $1 AND name = $2", &[&project.0, &rows::sought(name)])
        .await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}

/// Whom what is shared with a topic or, without one, with everyone reaches now.
pub(in crate::store::postgres) async fn reached(
    db: &Db<'_>,
    project: ProjectKey,
    topic: Option<&str>,
) -> Result<Reached, StoreError> {
    let Some(topic) = topic else {
        let sql = "SELECT coalesce(sum(users), 0)::bigint FROM user_counts WHERE project = $1";
        let users: i64 = db.one(sql, &[&project.0]).await?.try_get(0)?;
        return Ok(Reached { recipients: u64::try_from(users).unwrap_or(0), users: None, step: None });
    };
    let sql = "SELECT key, subscribers FROM topics WHERE project = $1 AND name = $2";
    let Some(known) = db.first(sql, &[&project.0, &topic]).await? else {
        return Ok(Reached { recipients: 0, users: Some(Vec::new()), step: None });
    };
    let (key, subscribers): (i64, i64) = (known.try_get(0)?, known.try_get(1)?);
    let users = if subscribers <= MAX_NAMED { Some(named(db, key).await?) } else { None };
    Ok(Reached { recipients: u64::try_from(subscribers).unwrap_or(0), users, step: None })
}

async fn named(db: &Db<'_>, topic: i64) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM subscriptions WHERE topic = $1 AND until IS NULL";
    let user = |row: &Row| Ok(UserId::trusted(row.try_get(0)?));
    db.all(sql, &[&topic]).await?.iter().map(user).collect()
}
