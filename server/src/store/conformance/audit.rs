//! The audit log.

use super::{Bench, NOW, entry, project};
use crate::store::{Actor, AuditAction, AuditEntry, AuditQuery, FailedProofs, ProjectChange};

fn all() -> AuditQuery {
    AuditQuery { limit: 100, ..AuditQuery::default() }
}

pub(in crate::store) async fn a_change_and_its_entry_are_made_together_or_not_at_all(bench: Bench) {
    let before = bench.store.audit_records(all()).await.unwrap().len();
    let audit = AuditEntry::new(NOW, Actor::ApiKey("k".to_owned()), AuditAction::ProjectChanged)
        .in_project("p")
        .about("subject")
        .with("name", "Renamed");
    let renamed = || ProjectChange { name: Some("Renamed".to_owned()), ..ProjectChange::default() };
    bench.store.change_project(bench.project.key, renamed(), audit).await.unwrap();
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    // The name is taken.
    assert!(bench.store.change_project(other.key, renamed(), entry()).await.is_err());
    let records = bench.store.audit_records(all()).await.unwrap();
    assert_eq!(records.len(), before + 2);
    let record = &records[before];
    assert_eq!((record.at, record.project.as_deref()), (NOW, Some("p")));
    let texts = (record.actor.as_str(), record.action.as_str(), record.subject.as_str());
    assert_eq!(texts, ("api-key:k", "project.changed", "subject"));
    assert_eq!(record.detail["name"], "Renamed");
}

pub(in crate::store) async fn the_log_is_read_by_project_time_and_key(bench: Bench) {
    for (number, project) in [(1, "a"), (2, "b"), (3, "a")] {
        let at = NOW.plus_ms(number);
        let audit = AuditEntry::new(at, Actor::Server, AuditAction::ProjectChanged).in_project(project);
        bench.store.change_project(bench.project.key, ProjectChange::default(), audit).await.unwrap();
        let failed = FailedProofs {
            hour: FailedProofs::hour(NOW.plus_ms(number * 3_600_000)),
            project: project.to_owned(),
            reason: "r".to_owned(),
            count: 2,
        };
        bench.store.add_failed_proofs(vec![failed.clone(), failed]).await.unwrap();
    }
    let times = async |query: AuditQuery| -> Vec<i64> {
        let records = bench.store.audit_records(query).await.unwrap();
        records.iter().map(|record| record.at.unix_ms() - NOW.unix_ms()).collect()
    };
    let of_a = AuditQuery { project: Some("a".to_owned()), ..all() };
    assert_eq!(times(of_a.clone()).await, [1, 3]);
    assert_eq!(times(AuditQuery { since: Some(NOW.plus_ms(2)), ..all() }).await, [2, 3]);
    assert_eq!(times(AuditQuery { limit: 1, ..all() }).await, [3], "the latest");
    let last = bench.store.audit_records(of_a.clone()).await.unwrap()[0].key;
    assert_eq!(times(AuditQuery { after_key: Some(last), ..all() }).await, [2, 3]);
    let counts: Vec<u64> =
        bench.store.failed_proofs(of_a).await.unwrap().iter().map(|failed| failed.count).collect();
    assert_eq!(counts, [4, 4]);
    // An hour counts whole, also for a moment in the midst of it.
    let since = AuditQuery { since: Some(NOW.plus_ms(2 * 3_600_000 + 1)), ..all() };
    assert_eq!(bench.store.failed_proofs(since).await.unwrap().len(), 2);
}

pub(in crate::store) async fn what_changed_nothing_leaves_no_entry(bench: Bench) {
    let before = bench.store.audit_records(all()).await.unwrap().len();
    assert!(!bench.store.remove_provider("nobody", entry()).await.unwrap());
    assert!(!bench.store.revoke_backend_key("nobody", entry()).await.unwrap());
    assert_eq!(bench.store.audit_records(all()).await.unwrap().len(), before);
}
