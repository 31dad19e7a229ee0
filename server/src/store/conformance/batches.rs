//! Batches, and the keys that make a repeated one the same.

use notification_bell_protocol::Timestamp;

use super::{Bench, NOW, entry, id, notification, project, returned};
use crate::store::{Audience, BatchEntry, BatchStanding, Idempotency, ProjectKey, SendOutcome, SentEntry};

const DAY_MS: i64 = 86_400_000;

fn key(fingerprint: u8) -> Idempotency {
    Idempotency { key: "k".to_owned(), fingerprint: [fingerprint; 32] }
}

fn batch_entry(bench: &Bench, position: usize, number: u128) -> BatchEntry {
    BatchEntry {
        position,
        notification: notification(number),
        audience: Audience::Users(vec![bench.user("u").user]),
    }
}

fn sent(position: usize, number: u128, is_new: bool) -> SentEntry {
    SentEntry { position, id: id(number), recipients: 1, is_new, is_refused: false }
}

impl Bench {
    async fn send_entries(
        &self,
        project: ProjectKey,
        entries: Vec<BatchEntry>,
        key: Option<Idempotency>,
    ) -> BatchStanding {
        self.store.send_entries(project, entries, key, NOW).await.unwrap()
    }

    async fn standing(&self, key: &Idempotency) -> BatchStanding {
        self.store.batch_standing(self.project.key, key).await.unwrap()
    }

    async fn answer(&self, key: Idempotency, answer: &str) -> BatchStanding {
        self.store.answer_batch(self.project.key, key, answer.to_owned(), NOW).await.unwrap()
    }

    async fn total(&self) -> u64 {
        self.counts(&self.user("u")).await.total
    }

    async fn pass(&self, now: Timestamp) {
        self.store.advance(now, returned()).await.unwrap();
    }
}

pub(in crate::store) async fn an_entry_is_sent_once_under_a_key_and_any_number_of_times_without(
    bench: Bench,
) {
    let project = bench.project.key;
    let part = |number: u128| vec![batch_entry(&bench, 0, number), batch_entry(&bench, 4, number + 1)];
    let first = bench.send_entries(project, part(1), Some(key(1))).await;
    assert_eq!(first, BatchStanding::Sent(vec![sent(0, 1, true), sent(4, 2, true)]));
    // It was killed then, and the whole comes again under other ids.
    let known = BatchStanding::Sent(vec![sent(0, 1, false), sent(4, 2, false)]);
    assert_eq!(bench.standing(&key(1)).await, known);
    let mut whole = part(11);
    whole.push(batch_entry(&bench, 5, 13));
    let again = bench.send_entries(project, whole, Some(key(1))).await;
    assert_eq!(again, BatchStanding::Sent(vec![sent(0, 1, false), sent(4, 2, false), sent(5, 13, true)]));
    assert_eq!(bench.total().await, 3);
    for number in [21, 31] {
        bench.send_entries(project, part(number), None).await;
    }
    assert_eq!(bench.total().await, 7);
}

pub(in crate::store) async fn the_first_answer_is_kept_and_given_to_everybody(bench: Bench) {
    let project = bench.project.key;
    bench.send_entries(project, vec![batch_entry(&bench, 0, 1)], Some(key(1))).await;
    let first = BatchStanding::Answered("first".to_owned());
    assert_eq!(bench.answer(key(1), "first").await, first);
    assert_eq!(bench.answer(key(1), "second").await, first);
    assert_eq!(bench.standing(&key(1)).await, first);
    let late = bench.send_entries(project, vec![batch_entry(&bench, 0, 2)], Some(key(1))).await;
    assert_eq!(late, first);
    assert_eq!(bench.total().await, 1);
    // One of which nothing could be sent has an answer too.
    let nothing = Idempotency { key: "nothing".to_owned(), ..key(1) };
    let answered = BatchStanding::Answered("nothing".to_owned());
    assert_eq!(bench.answer(nothing.clone(), "nothing").await, answered);
    assert_eq!(bench.standing(&nothing).await, answered);
}

pub(in crate::store) async fn a_key_is_of_one_project_and_for_one_request(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    bench.send_entries(bench.project.key, vec![batch_entry(&bench, 0, 1)], Some(key(1))).await;
    assert_eq!(bench.standing(&key(2)).await, BatchStanding::KeyReused);
    assert_eq!(bench.answer(key(2), "another").await, BatchStanding::KeyReused);
    let reused = bench.send_entries(bench.project.key, vec![batch_entry(&bench, 0, 2)], Some(key(2))).await;
    assert_eq!(reused, BatchStanding::KeyReused);
    let elsewhere = bench.send_entries(other.key, vec![batch_entry(&bench, 0, 3)], Some(key(2))).await;
    assert_eq!(elsewhere, BatchStanding::Sent(vec![sent(0, 3, true)]));
    // A key of a batch sends nothing alone, and the other way round, even if the hashes were the same.
    for fingerprint in [1, 2] {
        let single = bench.send_with(&["u"], notification(4), Some(key(fingerprint))).await;
        assert_eq!(single, SendOutcome::KeyReused);
    }
    let single = Idempotency { key: "single".to_owned(), ..key(1) };
    bench.send_with(&["u"], notification(5), Some(single.clone())).await;
    let other_body = Idempotency { fingerprint: [2; 32], ..single };
    assert_eq!(bench.standing(&other_body).await, BatchStanding::KeyReused);
}

pub(in crate::store) async fn a_key_is_forgotten_after_a_day_with_what_was_under_way(bench: Bench) {
    let project = bench.project.key;
    bench.send_entries(project, vec![batch_entry(&bench, 0, 1)], Some(key(1))).await;
    bench.pass(NOW.plus_ms(DAY_MS)).await;
    assert_eq!(bench.standing(&key(1)).await, BatchStanding::Sent(vec![sent(0, 1, false)]));
    bench.pass(NOW.plus_ms(DAY_MS + 1)).await;
    assert_eq!(bench.standing(&key(1)).await, BatchStanding::Sent(Vec::new()));
    let again = bench.send_entries(project, vec![batch_entry(&bench, 0, 2)], Some(key(1))).await;
    assert_eq!(again, BatchStanding::Sent(vec![sent(0, 2, true)]));
}
