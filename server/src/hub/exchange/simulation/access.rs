//! The simulated database as a process asks it.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use notification_bell_protocol::{Counts, Revision, Timestamp};

use super::{PROJECT, PROJECT_ID, World};
use crate::{
    auth::{
        proofs::ProofKind,
        user_id::{UserId, UserIdRule},
    },
    languages::{Languages, Locale},
    store::{
        Changes, CutOffStore, Look, Project, Retention, SessionStanding, StoreError, StreamStore, UserRef,
        UserStanding,
    },
};

/// A way to the database. It may outlive the world by what is under way.
#[derive(Clone)]
pub(super) struct Access(pub(super) Weak<World>);

impl Access {
    async fn world(&self) -> Result<Arc<World>, StoreError> {
        let world = self.0.upgrade().ok_or(StoreError::Closed)?;
        world.database.answer(&world).await?;
        Ok(world)
    }
}

#[async_trait]
impl CutOffStore for Access {
    async fn say_cut_off(&self, process: u64, is_cut_off: bool) -> Result<(), StoreError> {
        self.world().await?.database.words.say_cut_off(process, is_cut_off).await
    }

    async fn is_one_cut_off(&self, but: u64) -> Result<bool, StoreError> {
        self.world().await?.database.words.is_one_cut_off(but).await
    }
}

#[async_trait]
impl StreamStore for Access {
    async fn counts(&self, user: &UserRef) -> Result<(Counts, Revision), StoreError> {
        let world = self.world().await?;
        let (content, revision) = world.database.list(&world, user).await?;
        Ok((content.counts, revision))
    }

    async fn changes(&self, user: &UserRef, since: &str, _: &Languages) -> Result<Changes, StoreError> {
        let world = self.world().await?;
        let changes = world.database.changes(user, since);
        world.take_up_to(10).await;
        Ok(changes)
    }

    /// What comes meanwhile may be in it or not.
    async fn changes_of_many(
        &self,
        looks: Arc<[Look]>,
    ) -> Result<Vec<Result<Option<Changes>, StoreError>>, StoreError> {
        let world = self.world().await?;
        let found = looks.iter().map(|look| {
            // At times one has first to be written to.
            let is_read = world.below(20) > 0;
            Ok(is_read.then(|| world.database.changes(&look.user, &look.since)))
        });
        let found = found.collect();
        world.take_up_to(10).await;
        Ok(found)
    }

    async fn session_standing(
        &self,
        _: &str,
        _: &UserId,
        session_id: &str,
    ) -> Result<Option<SessionStanding>, StoreError> {
        let world = self.world().await?;
        let ended = !world.database.is_valid(&world, session_id).await?;
        Ok(Some(SessionStanding {
            project: project(),
            user: UserStanding {
                epoch: 0,
                issued_before: Timestamp::from_unix_ms(0),
                blocked: false,
                plain_hmac_off: false,
            },
            ended,
        }))
    }
}

fn project() -> Project {
    Project {
        key: PROJECT,
        id: PROJECT_ID.to_owned(),
        name: String::new(),
        api_key: String::new(),
        sealed_secret: Vec::new(),
        previous_secret: None,
        proofs: vec![ProofKind::Hmac],
        user_id_rule: UserIdRule::Lowercase,
        origins: Vec::new(),
        locale: Locale::default(),
        retention: Retention::ForGood,
        epoch: 0,
        issued_before: Timestamp::from_unix_ms(0),
        created_at: Timestamp::from_unix_ms(0),
    }
}
