//! A row for each server that is cut off, with until when it counts, by the database's clock.

use async_trait::async_trait;

use super::{
    PostgresStore,
    transaction::{reading, writing},
};
use crate::store::{CUT_OFF_LASTS, CutOffStore, StoreError};

#[async_trait]
impl CutOffStore for PostgresStore {
    async fn say_cut_off(&self, process: u64, is_cut_off: bool) -> Result<(), StoreError> {
        let (process, seconds) = (process.cast_signed(), CUT_OFF_LASTS.as_secs_f64());
        // Asked for as rows, and not run: it is nothing that is counted among the commits.
        if !is_cut_off {
            let sql = "DELETE FROM cut_off WHERE server = $1 RETURNING server";
            return writing!(self, db => db.first(sql, &[&process]).await).map(drop);
        }
        // With it go those of servers that have ended.
        let sql = "WITH ended AS (DELETE FROM cut_off WHERE server <> $1 AND until <= clock_timestamp()) \
                   INSERT INTO cut_off (server, until) VALUES ($1, clock_timestamp() + make_interval(secs => $2)) \
                   ON CONFLICT (server) DO UPDATE SET until = excluded.until RETURNING server";
        writing!(self, db => db.first(sql, &[&process, &seconds]).await).map(drop)
    }

    async fn is_one_cut_off(&self, but: u64) -> Result<bool, StoreError> {
        let (but, seconds) = (but.cast_signed(), CUT_OFF_LASTS.as_secs_f64());
        // One that counts for longer than any can was written before the database's clock was set back.
        let sql = "SELECT 1 FROM cut_off WHERE server <> $1 AND until > clock_timestamp() \
                   AND until <= clock_timestamp() + 2 * make_interval(secs => $2) LIMIT 1";
        let found = reading!(self, db => db.first(sql, &[&but, &seconds]).await)?;
        Ok(found.is_some())
    }
}
