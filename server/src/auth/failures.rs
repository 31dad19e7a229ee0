//! Proofs that failed, counted by reason: for the audit log and the metrics. Strangers learn nothing of it.
//!
//! Numbers are gathered here and written once a second, because whoever presents wrong proofs on purpose should not
//! decide how often the database is written.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prometheus_client::metrics::{counter::Counter, family::Family};

use crate::{
    clock::Clock,
    metrics::ReasonLabel,
    store::{FailedProofs, Store},
};

const WRITE_EVERY: Duration = Duration::from_secs(1);

/// The failures of this process.
pub struct ProofFailures {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    counter: Family<ReasonLabel, Counter>,
    /// By the project's id and the reason.
    waiting: Mutex<HashMap<(String, &'static str), u64>>,
}

impl ProofFailures {
    /// No failures yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, counter: Family<ReasonLabel, Counter>) -> Self {
        Self { store, clock, counter, waiting: Mutex::default() }
    }

    /// A proof of a project's user or backend failed for a reason, which has a short name.
    pub fn note(&self, project_id: &str, reason: &'static str) {
        // One line for each would let strangers fill the log.
        tracing::debug!(project = project_id, reason, "a proof failed");
        self.counter.get_or_create(&ReasonLabel { reason }).inc();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting.entry((project_id.to_owned(), reason)).or_default() += 1;
    }

    /// Writes what was counted, once a second, until it is dropped.
    pub async fn keep_writing(&self) {
        loop {
            tokio::time::sleep(WRITE_EVERY).await;
            self.write().await;
        }
    }

    /// Writes what was counted since the last time.
    pub async fn write(&self) {
        let waiting = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() {
            return;
        }
        for ((project, reason), count) in &waiting {
            tracing::info!(project, reason, count, "proofs failed");
        }
        let hour = FailedProofs::hour(self.clock.now());
        let failed = waiting.iter().map(|((project, reason), count)| FailedProofs {
            hour,
            project: project.clone(),
            reason: (*reason).to_owned(),
            count: *count,
        });
        let Err(error) = self.store.add_failed_proofs(failed.collect()).await else { return };
        tracing::warn!(%error, "the numbers of failed proofs could not be written: they are kept for later");
        let mut again = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in waiting {
            *again.entry(key).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prometheus_client::metrics::family::Family;

    use super::ProofFailures;
    use crate::{
        clock::test::SetClock,
        randomness::test::CountedRandomness,
        store::{AuditQuery, Store, sqlite::SqliteStore},
    };

    #[tokio::test]
    async fn failures_are_added_up_by_hour_project_and_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        let store: Arc<dyn Store> = Arc::new(
            SqliteStore::open_or_create(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap(),
        );
        let clock = Arc::new(SetClock::at(7_200_000 + 5));
        let failures = ProofFailures::new(Arc::clone(&store), clock.clone(), Family::default());
        failures.note("p", "hmac_mismatch");
        failures.note("p", "hmac_mismatch");
        failures.write().await;
        failures.note("p", "hmac_mismatch");
        failures.note("q", "hmac_expired");
        failures.write().await;
        clock.advance(3_600_000);
        failures.note("p", "hmac_mismatch");
        failures.write().await;
        let all = AuditQuery { limit: 10, ..AuditQuery::default() };
        let counted = store.failed_proofs(all).await.unwrap();
        let counted: Vec<(i64, &str, &str, u64)> = counted
            .iter()
            .map(|failed| {
                (failed.hour.unix_ms(), failed.project.as_str(), failed.reason.as_str(), failed.count)
            })
            .collect();
        assert_eq!(
            counted,
            [
                (7_200_000, "p", "hmac_mismatch", 3),
                (7_200_000, "q", "hmac_expired", 1),
                (10_800_000, "p", "hmac_mismatch", 1),
            ]
        );
    }
}
