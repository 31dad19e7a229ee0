//! The network is down, hangs or is deaf, and comes back.

use super::{Node, a_user, air::Air, pass, seen, settle};
use crate::{
    auth::user_id::UserId,
    hub::{
        Bus, Reach,
        exchange::{Channel, weather::Weather},
    },
    store::ProjectKey,
};

#[tokio::test(start_paused = true)]
async fn what_changes_while_the_network_is_down_is_looked_for_and_told_afterwards() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let stream = two.stream("a").await;
    pass(10).await;
    seen(&stream);
    air.turn(Weather::Down);
    settle().await;
    assert_eq!((one.exchange.reach(), two.exchange.reach()), (Reach::Cut, Reach::Cut));
    one.change("a").await;
    pass(5).await;
    assert!(seen(&stream), "it looks for itself");
    let opened_meanwhile = two.hub.subscribe(&a_user("c"), "s").unwrap();
    assert!(!opened_meanwhile.is_unheard() && seen(&opened_meanwhile), "and one that opens looks at once");
    let before = two.missed();
    air.turn(Weather::Fine);
    pass(10).await;
    assert_eq!(two.exchange.reach(), Reach::Connected);
    assert!(two.missed() > before, "everybody looks once");
    let told = Channel::of_user(ProjectKey(1), &UserId::trusted("a"));
    assert!(air.lock().said.contains(&told), "and what could not be told is told");
    seen(&stream);
    seen(&opened_meanwhile);
    pass(20).await;
    assert!(!seen(&stream), "nobody looks without a reason any more");
    one.change("c").await;
    assert!(seen(&opened_meanwhile));
}

#[tokio::test(start_paused = true)]
async fn a_network_that_hangs_or_is_deaf_is_one_that_is_down() {
    for weather in [Weather::Hanging, Weather::Deaf] {
        let air = Air::default();
        let node = Node::start(&air).await;
        let stream = node.stream("a").await;
        pass(10).await;
        seen(&stream);
        air.turn(weather);
        pass(6).await;
        assert_eq!(node.exchange.reach(), Reach::Cut, "{weather:?}");
        pass(6).await;
        assert!(seen(&stream), "{weather:?}");
        // Nobody who changes something waits for it.
        node.change("a").await;
        assert!(seen(&stream), "{weather:?}");
        air.turn(Weather::Fine);
        pass(15).await;
        assert_eq!(node.exchange.reach(), Reach::Connected, "{weather:?}");
    }
}
