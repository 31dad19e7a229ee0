//! Several processes on a network that can be cut, hung and made deaf, without waiting for real time.

use std::{
    collections::HashSet,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{task::JoinHandle, time::advance};

use super::{
    BusMetrics, Channel, Ear, Exchange, Line, Network, NetworkError,
    message::{self, Notice},
    weather::Weather,
    words::Words,
};
use crate::{
    auth::user_id::UserId,
    hub::{Bus, Hub, Reach, Subscription, Wake, signal::CHANGED},
    metrics::streams::StreamCounts,
    randomness::SystemRandomness,
    store::{ProjectKey, UserRef},
};

#[derive(Default)]
struct State {
    weather: Weather,
    lines: Vec<(u64, Arc<Ear>, HashSet<Channel>)>,
    connections: u64,
    said: Vec<Channel>,
}

/// What carries the messages.
#[derive(Clone, Default)]
struct Air(Arc<Mutex<State>>);

struct AirLine(Air, u64);

impl Air {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn turn(&self, weather: Weather) {
        let mut state = self.lock();
        state.weather = weather;
        if weather == Weather::Down {
            state.lines.drain(..).for_each(|(_, ear, _)| ear.end());
        }
    }

    async fn answer(&self) -> Result<(), NetworkError> {
        let weather = self.lock().weather;
        match weather {
            Weather::Fine | Weather::Deaf => Ok(()),
            Weather::Down => Err(NetworkError("down".into())),
            Weather::Hanging => pending().await,
        }
    }

    fn shout(&self, channel: Channel, message: &[u8]) {
        let ears: Vec<_> = {
            let mut state = self.lock();
            state.said.push(channel);
            let listening = state.lines.iter().filter(|(.., channels)| channels.contains(&channel));
            listening.map(|(_, ear, _)| Arc::clone(ear)).collect()
        };
        for ear in ears {
            ear.hear(message);
        }
    }
}

#[async_trait]
impl Network for Air {
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError> {
        self.answer().await?;
        let mut state = self.lock();
        state.connections += 1;
        let id = state.connections;
        state.lines.push((id, ear, HashSet::new()));
        Ok(Box::new(AirLine(self.clone(), id)))
    }
}

#[async_trait]
impl Line for AirLine {
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        let mut state = self.0.lock();
        let line = state.lines.iter_mut().find(|(id, ..)| *id == self.1);
        line.unwrap().2.extend(channels);
        Ok(())
    }

    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        let mut state = self.0.lock();
        let line = state.lines.iter_mut().find(|(id, ..)| *id == self.1);
        line.unwrap().2.retain(|channel| !channels.contains(channel));
        Ok(())
    }

    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        if self.0.lock().weather == Weather::Fine {
            for (channel, message) in messages {
                self.0.shout(*channel, message);
            }
        }
        Ok(())
    }
}

/// One process.
struct Node {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    task: JoinHandle<()>,
}

impl Node {
    async fn start(air: &Air) -> Self {
        Self::saying(&Words::default(), air).await
    }

    async fn saying(words: &Words, air: &Air) -> Self {
        let metrics = BusMetrics::default();
        let (hub, exchange) = Exchange::new(
            Box::new(air.clone()),
            Arc::new(words.clone()),
            StreamCounts::default(),
            Arc::new(SystemRandomness),
            metrics,
        );
        let running = Arc::clone(&exchange);
        let task = tokio::spawn(async move { running.run().await });
        settle().await;
        Self { hub, exchange, task }
    }

    /// A stream that has looked for the first time.
    async fn stream(&self, user: &str) -> Subscription {
        let stream = self.hub.subscribe(&a_user(user), "s").unwrap();
        settle().await;
        seen(&stream);
        stream
    }

    async fn change(&self, user: &str) {
        self.exchange.publish(&[Wake::Changed(a_user(user))]).await.unwrap();
        settle().await;
    }

    fn missed(&self) -> u64 {
        *self.exchange.missed().unwrap().borrow()
    }
}

fn a_user(id: &str) -> UserRef {
    UserRef { project: ProjectKey(1), user: UserId::trusted(id) }
}

/// Lets everybody do what can be done now.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

async fn pass(seconds: u64) {
    for _ in 0..seconds * 10 {
        advance(Duration::from_millis(100)).await;
        settle().await;
    }
}

/// Whether the stream has something to look at; it has looked then.
fn seen(stream: &Subscription) -> bool {
    use futures_util::FutureExt;
    stream.woken().now_or_never().is_some()
}

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
    assert!(
        stream.seat.signal.is_raised(crate::hub::DOUBTED) && !stream.seat.signal.is_raised(crate::hub::ENDED)
    );
}

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
    assert!(stream.seat.signal.is_raised(CHANGED) && !stream.seat.signal.is_raised(crate::hub::DOUBTED));
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
