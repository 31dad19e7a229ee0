//! Wake-ups through the database itself, for several servers without a Redis: `LISTEN` and `NOTIFY`, on a connection of
//! their own.
//!
//! One channel of PostgreSQL carries all of the bus: whoever listens is handed every notification of the database anyway, and
//! looks for its own by going through all that it listens to. What nobody here needs is thrown away before it is read.
//! Notifications are committed one after the other in the whole database, so none is part of a send: whatever has come
//! together since the last time is said at once, in as few of them as it fits into.

use std::{
    collections::HashSet,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket, Statement, tls::MakeTlsConnect};

use super::{
    configured,
    tls::{Address, Tls},
};
use crate::hub::exchange::{Channel, Ear, Line, Network, NetworkError};

/// What a notification may have at most: PostgreSQL wants less than 8,000 bytes.
const MAX_BYTES: usize = 7_999;
const LISTEN: &str = "LISTEN notification_bell_bus";
const SAY: &str = "SELECT pg_notify('notification_bell_bus', said) FROM unnest($1::text[]) AS said";

/// The way through a database.
pub struct PostgresNetwork {
    address: String,
}

impl PostgresNetwork {
    /// Through the database at this address. Nothing is connected to yet.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned() }
    }
}

#[async_trait]
impl Network for PostgresNetwork {
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError> {
        let address = Address::parse(&self.address).map_err(failed)?;
        let tls = address.connector().map_err(failed)?;
        let (client, connection) = configured_to_speak(address.config).connect(tls).await.map_err(failed)?;
        let listening = Arc::<Mutex<HashSet<Channel>>>::default();
        let hearing = Hearing(tokio::spawn(hear(connection, ear, Arc::clone(&listening))));
        client.batch_execute(LISTEN).await.map_err(failed)?;
        let say = client.prepare(SAY).await.map_err(failed)?;
        Ok(Box::new(PostgresLine { client, say, listening, _hearing: hearing }))
    }
}

fn configured_to_speak(config: Config) -> Config {
    let mut config = configured(config);
    // Nothing is kept, so there is nothing to wait for the disk for. Whoever does not read any more would keep what was said
    // from being forgotten, and is given up.
    let options = config.get_options().unwrap_or_default();
    let options = format!("{options} -c synchronous_commit=off -c tcp_user_timeout=30000");
    config.options(&options).application_name("notification-bell-server bus");
    config
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> NetworkError {
    NetworkError(Box::new(error))
}

struct PostgresLine {
    client: Client,
    say: Statement,
    listening: Arc<Mutex<HashSet<Channel>>>,
    _hearing: Hearing,
}

#[async_trait]
impl Line for PostgresLine {
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        lock(&self.listening).extend(channels);
        Ok(())
    }

    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        let mut listening = lock(&self.listening);
        for channel in channels {
            listening.remove(channel);
        }
        Ok(())
    }

    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError> {
        self.client.execute(&self.say, &[&packed(messages)]).await.map_err(failed).map(drop)
    }
}

fn lock(listening: &Mutex<HashSet<Channel>>) -> MutexGuard<'_, HashSet<Channel>> {
    listening.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends with its line.
struct Hearing(JoinHandle<()>);

impl Drop for Hearing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Hears until the connection ends.
async fn hear(
    mut connection: Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>,
    ear: Arc<Ear>,
    listening: Arc<Mutex<HashSet<Channel>>>,
) {
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notification(notification) = message {
            for message in unpacked(notification.payload(), &lock(&listening)) {
                ear.hear(message.as_bytes());
            }
        }
    }
    ear.end();
}

/// A line for each message, with its channel before it.
fn packed(messages: &[(Channel, Vec<u8>)]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (channel, message) in messages {
        let line = format!("{channel} {}", String::from_utf8_lossy(message));
        match all.last_mut() {
            Some(last) if last.len() + 1 + line.len() <= MAX_BYTES => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => all.push(line),
        }
    }
    all
}

/// The messages that are listened to. What is none of ours is one of them: whoever reads it says so.
fn unpacked<'a>(said: &'a str, listening: &HashSet<Channel>) -> Vec<&'a str> {
    let message = |line: &'a str| match line.split_once(' ') {
        Some((channel, message)) => match Channel::named(channel) {
            Some(channel) => listening.contains(&channel).then_some(message),
            None => Some(line),
        },
        None => Some(line),
    };
    said.split('\n').filter_map(message).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::{MAX_BYTES, packed, unpacked};
    use crate::hub::exchange::Channel;

    fn channel() -> impl Strategy<Value = Channel> {
        prop_oneof![
            Just(Channel::All),
            (0_u32..1 << 12).prop_map(Channel::Project),
            (0_u32..1 << 20).prop_map(Channel::User),
        ]
    }

    proptest! {
        #[test]
        fn what_is_said_is_heard_by_those_who_listen_in_its_order(
            said in proptest::collection::vec((channel(), "[ -~\u{e4}]{0,3900}"), 0..60),
            others in proptest::collection::hash_set(channel(), 0..5),
        ) {
            let messages: Vec<_> =
                said.iter().map(|(channel, text)| (*channel, text.clone().into_bytes())).collect();
            let all = packed(&messages);
            prop_assert!(all.iter().all(|one| one.len() <= MAX_BYTES));
            let listening: HashSet<Channel> =
                said.iter().step_by(2).map(|(channel, _)| *channel).chain(others).collect();
            let heard: Vec<&str> = all.iter().flat_map(|one| unpacked(one, &listening)).collect();
            let wanted: Vec<&str> = said
                .iter()
                .filter(|(channel, _)| listening.contains(channel))
                .map(|(_, text)| text.as_str())
                .collect();
            prop_assert_eq!(heard, wanted);
        }

        #[test]
        fn any_text_is_read(said: String) {
            let _ = unpacked(&said, &HashSet::from([Channel::All]));
        }
    }

    #[test]
    fn many_small_messages_are_few_notifications() {
        let message = vec![b'm'; 80];
        let messages: Vec<_> = (0..512).map(|user| (Channel::User(user), message.clone())).collect();
        assert_eq!(packed(&messages).len(), 6);
    }

    #[test]
    fn attack_somebody_says_what_is_none_of_ours() {
        let listening = HashSet::from([Channel::All]);
        for said in ["", "all", "nobody {}", "u {}", "uxyz {}", "u+1 {}", "p1000000000 {}", "\u{e4} {}"] {
            assert_eq!(unpacked(said, &listening), [said], "it is left to whoever reads messages");
        }
        assert!(unpacked("u00001 {}", &listening).is_empty());
    }
}
