//! The tables of a PostgreSQL database.

use deadpool_postgres::Object;

use super::transaction::Lock;
use crate::{
    randomness::Randomness,
    store::{StoreError, revision::Incarnation},
};

/// The steps from nothing to the tables of today. A step that was released is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/postgres/01-first.sql"),
    include_str!("../../../migrations/postgres/02-lease.sql"),
    include_str!("../../../migrations/postgres/03-cut-off.sql"),
];

/// Brings the tables up to date, all or nothing; gives the incarnation. Of several processes that start at once, one does
/// it and the others wait.
pub(super) async fn prepare(
    client: &mut Object,
    randomness: &dyn Randomness,
) -> Result<Incarnation, StoreError> {
    let random = u32::from_le_bytes(randomness.bytes());
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({})", Lock::Schema.number())).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_steps (taken bigint PRIMARY KEY)").await?;
    let taken: i64 =
        transaction.query_one("SELECT coalesce(max(taken), 0) FROM schema_steps", &[]).await?.try_get(0)?;
    let steps = usize::try_from(taken).ok().and_then(|taken| MIGRATIONS.get(taken..));
    let Some(steps) = steps else {
        let problem = format!("a newer version of this program made it (version {taken} of its tables)");
        return Err(StoreError::Database(problem.into()));
    };
    for (version, step) in (taken + 1..).zip(steps) {
        transaction.batch_execute(step).await?;
        transaction.execute("INSERT INTO schema_steps (taken) VALUES ($1)", &[&version]).await?;
    }
    transaction
        .execute(
            "INSERT INTO incarnation (text) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM incarnation)",
            &[&Incarnation::from_random(random).as_str()],
        )
        .await?;
    let kept: String = transaction.query_one("SELECT text FROM incarnation", &[]).await?.try_get(0)?;
    transaction.commit().await?;
    Ok(Incarnation::kept(kept))
}
