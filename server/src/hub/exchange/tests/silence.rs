//! A process falls silent, or says that it is cut off: the streams of the others look for themselves.

use std::sync::Arc;

use super::{Node, air::Air, pass, seen};
use crate::hub::{
    Bus,
    exchange::{weather::Weather, words::Words},
};

#[tokio::test(start_paused = true)]
async fn when_another_process_falls_silent_streams_look_until_it_is_back() {
    let air = Air::default();
    let (one, two) = (Node::start(&air).await, Node::start(&air).await);
    let stream = two.stream("a").await;
    pass(10).await;
    seen(&stream);
    one.task.abort();
    pass(15).await;
    assert!(seen(&stream));
    let back = Arc::clone(&one.exchange);
    tokio::spawn(async move { back.run().await });
    pass(10).await;
    seen(&stream);
    pass(20).await;
    assert!(!seen(&stream));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_killed_is_missed_for_a_minute_also_if_it_is_started_again() {
    let air = Air::default();
    let words = Words::default();
    let (one, two) = (Node::saying(&words, &air).await, Node::saying(&words, &air).await);
    let stream = two.stream("a").await;
    pass(10).await;
    seen(&stream);
    one.task.abort();
    // Under another name.
    let _again = Node::saying(&words, &air).await;
    pass(15).await;
    assert!(seen(&stream));
    assert_eq!(two.exchange.metrics.silent.get(), 1);
    pass(50).await;
    seen(&stream);
    assert_eq!(two.exchange.metrics.silent.get(), 0);
    pass(20).await;
    assert!(!seen(&stream));
}

#[tokio::test(start_paused = true)]
async fn while_another_process_is_cut_off_streams_look_however_long_and_whoever_has_heard_of_it() {
    let (air, broken) = (Air::default(), Air::default());
    broken.turn(Weather::Down);
    let words = Words::default();
    let _cut_off = Node::saying(&words, &broken).await;
    let node = Node::saying(&words, &air).await;
    let stream = node.stream("a").await;
    pass(30).await;
    for _ in 0..30 {
        seen(&stream);
        pass(10).await;
        assert!(seen(&stream), "it looks each three seconds");
    }
    // It is asked for at once by who begins now.
    let late = Node::saying(&words, &air).await;
    let opened = late.stream("a").await;
    pass(5).await;
    assert!(seen(&opened));
    broken.turn(Weather::Fine);
    pass(15).await;
    seen(&stream);
    pass(20).await;
    assert!(!seen(&stream) && words.are_taken_back());
}
