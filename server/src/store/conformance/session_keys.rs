//! The keys of session tokens.

use notification_bell_protocol::Timestamp;

use super::{Bench, NOW, entry};
use crate::store::StoredSessionKey;

fn key(id: &str, created_at: Timestamp) -> StoredSessionKey {
    StoredSessionKey { id: id.to_owned(), sealed: vec![1, 2, 3], created_at }
}

async fn kept(bench: &Bench) -> Vec<String> {
    bench.store.session_keys().await.unwrap().into_iter().map(|key| key.id).collect()
}

pub(in crate::store) async fn a_key_is_added_only_if_the_newest_is_older(bench: Bench) {
    let add =
        |id, cutoff, at| bench.store.add_session_key_if_newest_is_older_than(cutoff, key(id, at), entry());
    assert!(add("first", NOW.plus_ms(-1), NOW).await.unwrap(), "there is none");
    assert!(!add("too early", NOW, NOW.plus_ms(1)).await.unwrap());
    let later = NOW.plus_ms(1);
    let at_once = futures_util::future::join_all([add("a", later, later), add("b", later, later)]).await;
    assert_eq!(at_once.into_iter().filter(|added| *added.as_ref().unwrap()).count(), 1);
    let keys = bench.store.session_keys().await.unwrap();
    assert_eq!((keys.len(), keys[0].created_at, keys[1].id.as_str()), (2, later, "first"));
    assert_eq!(keys[0].sealed, [1, 2, 3]);
}

pub(in crate::store) async fn a_key_that_is_added_is_the_newest_whatever_the_clock_says(bench: Bench) {
    for (id, at) in [("first", NOW), ("same moment", NOW), ("set back", NOW.plus_ms(-1_000))] {
        bench.store.add_session_key(key(id, at), false, entry()).await.unwrap();
        assert_eq!(kept(&bench).await[0], id);
    }
    bench.store.add_session_key(key("on time", NOW.plus_ms(1_000)), false, entry()).await.unwrap();
    let keys = bench.store.session_keys().await.unwrap();
    assert_eq!((keys[0].id.as_str(), keys[0].created_at), ("on time", NOW.plus_ms(1_000)));
}

pub(in crate::store) async fn a_key_added_alone_takes_the_others_with_it(bench: Bench) {
    bench.store.add_session_key(key("first", NOW), false, entry()).await.unwrap();
    bench.store.add_session_key(key("second", NOW), false, entry()).await.unwrap();
    bench.store.add_session_key(key("alone", NOW), true, entry()).await.unwrap();
    let keys = bench.store.session_keys().await.unwrap();
    assert_eq!((keys.len(), keys[0].id.as_str(), keys[0].created_at), (1, "alone", NOW));
}

pub(in crate::store) async fn keys_are_removed_with_the_age_of_their_successor(bench: Bench) {
    for (id, ms) in [("a", 0), ("b", 10), ("c", 20), ("d", 30)] {
        bench.store.add_session_key(key(id, NOW.plus_ms(ms)), false, entry()).await.unwrap();
    }
    let remove = |ms| bench.store.remove_session_keys_succeeded_before(NOW.plus_ms(ms));
    assert_eq!(remove(20).await.unwrap(), 1, "c came at this time, not before it");
    assert_eq!(kept(&bench).await, ["d", "c", "b"]);
    assert_eq!(remove(1_000_000).await.unwrap(), 2);
    assert_eq!(kept(&bench).await, ["d"], "the newest has no successor");
}
