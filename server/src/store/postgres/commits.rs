//! What happens around a commit.

use std::{sync::Arc, task::Poll};

use futures_util::poll;
use tokio_postgres::Client;

use super::test_server::{Database, bench};
use crate::store::{
    Actor, Audience, AuditAction, AuditEntry, InboxStore, KeyStore, Revocation, SendOutcome, Store,
    conformance::{NOW, notification},
};

/// Waits until a query has a row.
async fn until(client: &Client, sql: &str) {
    while client.query(sql, &[]).await.unwrap().is_empty() {}
}

/// Whether somebody waits for a lock of this kind.
fn waiting_for(lock: &str) -> String {
    format!(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
         AND wait_event = '{lock}'"
    )
}

#[tokio::test]
async fn what_is_sent_while_a_key_is_revoked_is_there_before_the_revocation_is_answered() {
    let Some(database) = Database::new().await else { return };
    let (ours, bench) = (Arc::new(database.open().await), bench(&database).await);
    let (project, u) = (bench.project.key, bench.user("u"));
    let send = |edition, number| {
        let (ours, audience) = (Arc::clone(&ours), Audience::Users(vec![u.user.clone()]));
        async move { ours.send_of_edition(edition, project, notification(number), audience, None).await.unwrap() }
    };
    // The first learns of what was changed since the database was opened, and the second makes the inbox.
    send(ours.edition(), 1).await;
    assert!(matches!(send(ours.edition(), 1).await, SendOutcome::Stored(_)));
    let edition = ours.edition();
    // Somebody holds the inbox, so that a send is past its look at the keys and before its commit.
    let held = database.connect().await;
    held.batch_execute("BEGIN; SELECT 1 FROM users FOR UPDATE").await.unwrap();
    let sending = tokio::spawn(send(edition, 2));
    let watching = database.connect().await;
    until(&watching, &waiting_for("transactionid")).await;
    let entry = AuditEntry::new(NOW, Actor::Server, AuditAction::ProjectChanged);
    let other = bench.user("other");
    let mut revoking = Box::pin(bench.store.revoke_user(&other, Revocation::default(), entry));
    while watching.query(&waiting_for("advisory"), &[]).await.unwrap().is_empty() {
        assert!(matches!(poll!(&mut revoking), Poll::Pending));
    }
    held.batch_execute("COMMIT").await.unwrap();
    assert!(matches!(sending.await.unwrap(), SendOutcome::Stored(_)));
    revoking.await.unwrap();
    assert_eq!(send(edition, 3).await, SendOutcome::Outdated);
    database.remove().await;
}

#[tokio::test]
async fn a_commit_without_an_answer_is_in_doubt_and_streams_look_for_it() {
    let Some(database) = Database::new().await else { return };
    let ours = database.open().await;
    let bench = bench(&database).await;
    let watching = database.connect().await;
    let slow = "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$; \
                CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON notifications DEFERRABLE INITIALLY DEFERRED \
                FOR EACH ROW EXECUTE FUNCTION waits()";
    watching.batch_execute(slow).await.unwrap();
    let mut changes = ours.foreign_changes();
    changes.mark_unchanged();
    let audience = Audience::Users(vec![bench.user("u").user]);
    let cut = async {
        let committing = "query = 'COMMIT' AND wait_event = 'PgSleep' AND datname = current_database()";
        until(&watching, &format!("SELECT 1 FROM pg_stat_activity WHERE {committing}")).await;
        let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {committing}");
        watching.batch_execute(&cut).await.unwrap();
    };
    let (sent, ()) = tokio::join!(ours.send(bench.project.key, notification(1), audience, None), cut);
    let problem = sent.unwrap_err().to_string();
    assert!(problem.contains("whether it was done is not known"), "{problem}");
    changes.changed().await.unwrap();
    database.remove().await;
}
