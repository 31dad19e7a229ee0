//! Machines whose clocks are minutes apart. All servers go by the database's, so nothing comes early or late, and what one
//! signs the others believe.

use std::{collections::BTreeMap, env, fs, path::PathBuf, time::Duration};

use jiff::{SignedDuration, Timestamp};
use notification_bell_tests::{EventStream, Server, Session};
use serde_json::{Value, json};

use crate::cluster::{Cluster, metric};

const USER: &str = "user@example.com";
/// From the first request of a round to the moment that it is about.
const AHEAD: SignedDuration = SignedDuration::from_secs(6);
/// What servers may differ by: a quarter of a second that nobody minds, and what it took to compare.
const EARLY_MAX: SignedDuration = SignedDuration::from_secs(2);
/// For a busy machine. It is no minutes.
const LATE_MAX: Duration = Duration::from_secs(20);
/// The life of a session.
const SESSION: SignedDuration = SignedDuration::from_mins(10);

/// What tells a program another time than the machine's (libfaketime): `BELL_LIBFAKETIME`, else where Debian has it.
fn library() -> Option<PathBuf> {
    if let Some(named) = env::var_os("BELL_LIBFAKETIME") {
        return Some(named.into());
    }
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

#[tokio::test]
async fn servers_whose_clocks_are_minutes_apart_agree_and_nothing_comes_early_late_or_twice() {
    let Some(library) = library() else {
        eprintln!("left out: there is no libfaketime");
        return;
    };
    let library = library.to_str().unwrap();
    let machine = |wrong| {
        // Only what the clock says is another: timers run as they do.
        [("LD_PRELOAD", library), ("FAKETIME", wrong), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]
    };
    let (fast, slow, right) = (machine("+300s"), machine("-300s"), machine("+0s"));
    let mut cluster = Cluster::of(&[&fast, &slow, &right]).await;
    for (node, is_wrong) in cluster.nodes.iter().zip([true, true, false]) {
        let log = node.log();
        assert_eq!(log.contains("clock is not the database's"), is_wrong, "{log}");
    }
    // The one that came first does what time brings.
    assert_eq!(metric(&cluster.nodes[0], "bell_lease_held").await, 1);
    agree(&cluster.nodes, "one that is ahead").await;
    // Then the one that is behind.
    for number in [2, 0] {
        assert!(cluster.nodes[number].stop().await.success());
    }
    agree(&cluster.nodes[1..2], "one that is behind").await;
}

/// Something that is sent later, something that expires and something that is snoozed, by each server, and all for the
/// same moment: every stream shows it then.
async fn agree(nodes: &[Server], round: &str) {
    let began = Timestamp::now();
    let at = began + AHEAD;
    let moment = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    let mut wanted = BTreeMap::new();
    for (number, node) in nodes.iter().enumerate() {
        let id = node.notify(USER, &format!("snoozed by {number}, {round}")).await;
        let change = json!({"snoozedUntil": moment});
        let _ = node.session(USER).await.patch(&id, &change).await.expect(200);
        wanted.insert(id, "changed");
    }
    let mut sessions = Vec::new();
    let mut streams = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        // Signed by another one.
        let session = nodes[(number + 1) % nodes.len()].session(USER).await;
        let ends: Timestamp = session.grant["expiresAt"].as_str().unwrap().parse().unwrap();
        assert!(
            ends >= began + SESSION - EARLY_MAX && ends <= Timestamp::now() + SESSION + EARLY_MAX,
            "{ends}"
        );
        let session = Session::with(node.api(), session.grant);
        streams.push(session.live_stream().await);
        sessions.push(session);
    }
    for (number, node) in nodes.iter().enumerate() {
        for (member, comes) in [("sendAt", "changed"), ("expiresAt", "removed")] {
            let title = format!("{member} by {number}, {round}");
            wanted.insert(node.notify_with(USER, &json!({"title": title, member: moment})).await, comes);
        }
    }
    let followers: Vec<_> =
        streams.into_iter().map(|stream| tokio::spawn(follow(stream, wanted.clone(), at))).collect();
    let mut shown_last = Vec::new();
    for follower in followers {
        shown_last.push(follower.await.unwrap());
    }
    let list = sessions[0].inbox("?limit=50").await;
    for sync in shown_last {
        assert_eq!(sync["counts"], list["counts"]);
    }
    for session in &sessions {
        let same = session.inbox("?limit=50").await;
        assert_eq!((&same["items"], &same["counts"]), (&list["items"], &list["counts"]));
    }
    let shown: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| text(&item["id"])).collect();
    for (id, comes) in &wanted {
        let times = shown.iter().filter(|shown| *shown == id).count();
        assert_eq!(times, usize::from(*comes == "changed"), "{id}: {list}");
    }
}

/// Follows a stream until all of this has changed or is removed, each once and when it should. Gives the last event.
async fn follow(mut stream: EventStream, mut wanted: BTreeMap<String, &'static str>, at: Timestamp) -> Value {
    let mut done = Vec::new();
    loop {
        let event = stream.try_next(LATE_MAX).await.expect("a stream that goes on");
        let came = Timestamp::now();
        let sync: Value = serde_json::from_str(&event.data).unwrap();
        let changed = sync["changed"].as_array().unwrap().iter().map(|item| (text(&item["id"]), "changed"));
        let removed = sync["removed"].as_array().unwrap().iter().map(|id| (text(id), "removed"));
        for (id, how) in changed.chain(removed) {
            assert!(!done.contains(&id.to_owned()), "{id} has come twice: {sync}");
            // What expires is there before.
            if wanted.get(id) == Some(&how) {
                assert!(came >= at - EARLY_MAX, "at {came}, before {at}: {sync}");
                wanted.remove(id);
                done.push(id.to_owned());
            }
        }
        if wanted.is_empty() {
            return sync;
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}
