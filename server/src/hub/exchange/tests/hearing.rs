//! What processes hear of each other while all goes well, and after it did not.

use super::{Node, a_user, air::Air, pass, seen, settle};
use crate::{
    auth::user_id::UserId,
    hub::{
        Bus, DOUBTED, ENDED, Wake,
        exchange::{Channel, message::Notice, weather::Weather},
    },
    store::ProjectKey,
};

#[tokio::test(start_paused = true)]
async fn a_change_is_heard_by_those_it_concerns_and_sent_to_no_one_else() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let (concerned, other) = (two.stream("a").await, two.stream("b").await);
    let own = one.stream("a").await;
    one.change("a").await;
    assert!(seen(&concerned) && !seen(&other));
    assert!(seen(&own), "at once, and not by way of the others");
    let on_its_channel =
        |channel: &&Channel| **channel == Channel::of_user(ProjectKey(1), &UserId::trusted("a"));
    assert_eq!(air.lock().said.iter().filter(on_its_channel).count(), 1);
    one.exchange.publish(&[Wake::Project(ProjectKey(1))]).await.unwrap();
    settle().await;
    assert!(seen(&concerned) && seen(&other));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_ended_elsewhere_is_looked_up_and_not_just_ended() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let stream = two.stream("a").await;
    let ended = Wake::SessionEnded { user: a_user("a"), session_id: "s".to_owned() };
    one.exchange.publish(&[ended]).await.unwrap();
    settle().await;
    assert!(stream.seat.signal.is_raised(DOUBTED) && !stream.seat.signal.is_raised(ENDED));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_users_are_listened_to_again_after_a_cut() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let user = |number: usize| a_user(&format!("user-{number}"));
    let streams: Vec<_> = (0..10_000).map(|number| two.hub.subscribe(&user(number), "s").unwrap()).collect();
    pass(1).await;
    air.turn(Weather::Down);
    pass(1).await;
    air.turn(Weather::Fine);
    pass(30).await;
    assert!(streams.iter().all(seen));
    let wakes: Vec<_> = (0..10_000).map(|number| Wake::Changed(user(number))).collect();
    one.exchange.publish(&wakes).await.unwrap();
    pass(1).await;
    assert!(streams.iter().all(seen));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_tells_what_is_left_and_is_not_missed() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let stream = two.stream("a").await;
    pass(10).await;
    seen(&stream);
    one.exchange.tell([Notice::Changed(1, UserId::trusted("a"))]);
    one.exchange.close().await;
    one.task.abort();
    settle().await;
    assert!(seen(&stream));
    pass(20).await;
    assert!(!seen(&stream));
}
