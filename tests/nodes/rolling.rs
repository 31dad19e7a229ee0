//! All servers are restarted one after the other, as for an update: nothing is lost, and whoever has a bell open hardly
//! notices it.

use std::time::Duration;

use crate::{
    balancer::Balancer,
    cluster::{Cluster, connected},
    load::Load,
};

/// Sends between two restarts: more than enough for every server and every user.
const SOME: usize = 60;
/// What a stream that ends with its server asks of whoever follows it, so that they do not all come at once.
const ASKED_MIN: Duration = Duration::from_secs(1);
const ASKED_MAX: Duration = Duration::from_secs(15);
/// For a stream to be there again and to have shown what was missed, once it is asked for. It takes some milliseconds.
const REOPENING_MAX: Duration = Duration::from_secs(5);
/// A balancer may send one of them to the server that is just going.
const ATTEMPTS_MAX: u32 = 3;

#[tokio::test]
async fn all_servers_are_restarted_and_nothing_is_lost_and_nobody_is_long_without_a_stream() {
    let mut cluster = Cluster::start(3).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    let load = Load::with_patient_readers(&balancer.api, cluster.nodes[0].project()).await;
    for number in 0..cluster.nodes.len() {
        load.acknowledged(SOME).await;
        let node = &mut cluster.nodes[number];
        assert!(node.stop().await.success());
        node.restart().await;
        connected(node).await;
    }
    load.acknowledged(SOME).await;
    let readers = load.finish(&cluster.nodes).await;
    let mut asked = Vec::new();
    for interruptions in readers {
        // One at least, because each server was restarted, and no more than there were restarts.
        assert!((1..=cluster.nodes.len()).contains(&interruptions.len()), "{interruptions:?}");
        for interruption in interruptions {
            let wished =
                interruption.asked.expect("a stream that ends with its server says when to come back");
            assert!((ASKED_MIN..=ASKED_MAX).contains(&wished), "{interruption:?}");
            assert!(interruption.attempts <= ATTEMPTS_MAX, "{interruption:?}");
            let reopening = interruption.lasted.saturating_sub(wished + interruption.waited);
            assert!(reopening <= REOPENING_MAX, "{interruption:?}");
            asked.push(wished);
        }
    }
    // A dozen moments of fourteen seconds: that they are this close together does not happen.
    let (first, last) = (asked.iter().min().unwrap(), asked.iter().max().unwrap());
    assert!(last.abs_diff(*first) >= Duration::from_secs(1), "they all come back at once: {asked:?}");
}
