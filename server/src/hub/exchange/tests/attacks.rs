//! What somebody can do who speaks in the network of the processes.

use super::{Node, air::Air, pass, seen, settle};
use crate::{
    auth::user_id::UserId,
    hub::{
        Bus, CHANGED, DOUBTED, Reach,
        exchange::{
            Channel,
            message::{self, Notice},
        },
    },
    store::ProjectKey,
};

#[tokio::test(start_paused = true)]
async fn attack_a_flood_that_has_everybody_look() {
    let air = Air::default();
    let node = Node::start(&air).await;
    pass(10).await;
    let before = node.missed();
    let [(_, everybody)] = &message::messages(7, &[Notice::Everybody])[..] else { panic!("one message") };
    for _ in 0..10 {
        (0..1_000).for_each(|_| air.shout(Channel::All, everybody));
        pass(1).await;
    }
    let asked = node.missed() - before;
    assert!((2..=3).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn attack_messages_that_nobody_of_ours_has_sent() {
    let air = Air::default();
    let node = Node::start(&air).await;
    let stream = node.stream("a").await;
    pass(10).await;
    seen(&stream);
    let before = node.missed();
    let channel = Channel::of_user(ProjectKey(1), &UserId::trusted("a"));
    for text in ["", "{}", "\u{0}\u{0}", r#"{"v":1,"from":"me","wakes":["everybody"]}"#, &"[".repeat(7_000)] {
        air.shout(channel, text.as_bytes());
    }
    settle().await;
    assert!(!seen(&stream) && node.missed() == before && node.exchange.reach() == Reach::Connected);
    assert_eq!(node.exchange.metrics.refused.get(), 5);
    // Of one of our form, no more comes than a look.
    air.shout(channel, br#"{"v":1,"from":"00000000000000aa","wakes":[{"changed":[1,"a"]}]}"#);
    assert!(stream.seat.signal.is_raised(CHANGED) && !stream.seat.signal.is_raised(DOUBTED));
}
