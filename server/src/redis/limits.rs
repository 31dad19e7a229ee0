//! How often something was done, and how many streams a user has, counted over all servers.
//!
//! Each server counts for itself as well: what is too much at one is too much anyway, and while Redis is away that is all
//! there is. Nobody waits for a connection, and for an answer only a moment. Time is Redis' own, so that the clocks of
//! servers make no difference. Redis sees hashes of whom it counts, for as long as the window of a limit or a stream lasts.
//!
//! A server that is killed keeps no place: places count as long as their server says that it is there. After an
//! interruption a server begins anew under another name, so that nothing it could not take back stays.

use std::{
    mem,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{AsyncConnectionConfig, Client, RedisError, Script, aio::MultiplexedConnection};
use sha2::{Digest, Sha256};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::RedisAddress;
use crate::{randomness::Randomness, store::UserRef};

/// Who is asked at each request has to be quick, or is away.
const ANSWER_LIMIT: Duration = Duration::from_millis(250);
const CONNECTING: Duration = Duration::from_secs(3);
const BEAT_EVERY: Duration = Duration::from_secs(2);
/// A server that has not said for so long that it is there is gone.
const GONE_AFTER_MS: u64 = 10_000;
/// So many places are given back together.
const AT_A_TIME: usize = 512;
/// No stream lasts longer than its session, which lasts an hour at most.
const PLACES_MS: u64 = 2 * 60 * 60 * 1_000;

/// GCRA, as each server does it for itself. What is kept is the moment at which the whole quota is there again, in
/// microseconds.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local each, all = tonumber(ARGV[1]), tonumber(ARGV[2])
local whole_at = tonumber(redis.call('GET', KEYS[1]) or now)
whole_at = math.min(math.max(whole_at, now), now + all) + each * ARGV[3]
local wait = whole_at - all - now
if wait > 0 then return {0, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', whole_at), 'PX', math.ceil((whole_at - now) / 1000))
return {1, math.floor((all - (whole_at - now)) / each)}
";

/// A place in the set of a user's, in which those of servers that have gone are not counted.
const ENTER: &str = "
local count, is_there = 0, {}
for _, place in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local server = string.match(place, '^%x+')
  if is_there[server] == nil then is_there[server] = redis.call('EXISTS', ARGV[1] .. server) end
  if is_there[server] == 1 then count = count + 1 else redis.call('SREM', KEYS[1], place) end
end
if count >= tonumber(ARGV[3]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
";

/// What all servers together have counted.
pub struct RedisLimits {
    address: RedisAddress,
    prefix: String,
    randomness: Arc<dyn Randomness>,
    take: Script,
    enter: Script,
    state: Mutex<State>,
    left: Notify,
}

#[derive(Default)]
struct State {
    /// The connection, while there is one that answers.
    line: Option<Line>,
    /// How many places were taken.
    places: u64,
    /// Those that are to be given back.
    free: Vec<(u128, u64)>,
}

#[derive(Clone)]
struct Line {
    connection: MultiplexedConnection,
    /// What this server is called on it.
    server: u64,
}

/// What is left of a quota, over all servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many.
    Left(u32),
    /// There is none, for so long.
    UsedUp(Duration),
}

/// There is no place left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The place of a stream among those of its user at all servers. Dropped, it is free.
pub struct Place {
    limits: Arc<RedisLimits>,
    user: u128,
    server: u64,
    number: u64,
}

impl RedisLimits {
    pub(super) fn new(address: RedisAddress, prefix: String, randomness: Arc<dyn Randomness>) -> Self {
        let (take, enter) = (Script::new(TAKE), Script::new(ENTER));
        Self { address, prefix, randomness, take, enter, state: Mutex::default(), left: Notify::new() }
    }

    /// Takes so many of a quota that is there anew after a window. `None`: nobody can say.
    pub async fn take(
        &self,
        limit: &str,
        key: &str,
        number: NonZeroU32,
        (quota, window): (u32, Duration),
    ) -> Option<Taken> {
        let line = self.line()?;
        let all_us = u64::try_from(window.as_micros()).unwrap_or(u64::MAX);
        let mut call = self.take.key(format!("{}{limit}:{:032x}", self.prefix, hash(&[key])));
        call.arg(all_us / u64::from(quota.max(1))).arg(all_us).arg(number.get());
        let (is_taken, value): (u8, u64) =
            self.answer(line.server, call.invoke_async(&mut line.connection.clone())).await?;
        Some(if is_taken == 1 {
            Taken::Left(u32::try_from(value).unwrap_or(u32::MAX))
        } else {
            Taken::UsedUp(Duration::from_micros(value))
        })
    }

    /// Takes a place for a stream, if fewer than so many are taken. `None`: nobody can say.
    ///
    /// # Errors
    /// If there is none left.
    pub async fn enter(self: &Arc<Self>, user: &UserRef, places: usize) -> Result<Option<Place>, Full> {
        let Some(line) = self.line() else { return Ok(None) };
        let number = {
            let mut state = self.lock();
            state.places += 1;
            state.places
        };
        let hash = hash(&[&user.project.0.to_string(), user.user.as_str()]);
        // Given back even if the answer never comes.
        let place = Place { limits: Arc::clone(self), user: hash, server: line.server, number };
        let mut call = self.enter.key(self.places_of(hash));
        call.arg(format!("{}server:", self.prefix)).arg(name(line.server, number)).arg(places).arg(PLACES_MS);
        let answer = self.answer(line.server, call.invoke_async(&mut line.connection.clone())).await;
        match answer {
            Some(1_u8) => Ok(Some(place)),
            Some(_) => Err(Full),
            None => Ok(None),
        }
    }

    /// Connects, says that this server is there, and gives places back, until it is dropped.
    pub async fn run(&self) {
        loop {
            let Some(line) = self.line() else {
                match timeout(CONNECTING, self.connect()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "limits are counted by each server for itself"),
                    Err(_) => tracing::debug!("limits are counted by each server for itself"),
                }
                sleep(BEAT_EVERY).await;
                continue;
            };
            let _ = self.answer(line.server, self.beat(&line)).await;
            self.give_back(&line, Instant::now() + BEAT_EVERY).await;
        }
    }

    /// Leaves: the places of this server are free.
    pub async fn close(&self) {
        let Some(mut line) = self.line() else { return };
        let mut call = redis::cmd("DEL");
        call.arg(self.key_of(line.server));
        let _ = self.answer(line.server, call.query_async::<()>(&mut line.connection)).await;
    }

    async fn connect(&self) -> Result<(), RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(CONNECTING));
        let client = Client::open(self.address.0.clone())?;
        let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let line = Line { connection, server: u64::from_le_bytes(self.randomness.bytes()) };
        self.beat(&line).await?;
        let mut state = self.lock();
        // What is to be given back was taken under another name.
        state.free.clear();
        state.line = Some(line);
        Ok(())
    }

    async fn beat(&self, line: &Line) -> Result<(), RedisError> {
        let mut call = redis::cmd("SET");
        call.arg(self.key_of(line.server)).arg(1).arg("PX").arg(GONE_AFTER_MS);
        call.query_async(&mut line.connection.clone()).await
    }

    /// Gives back what is free until then, or until that cannot be told.
    async fn give_back(&self, line: &Line, until: Instant) {
        loop {
            let free = mem::take(&mut self.lock().free);
            for some in free.chunks(AT_A_TIME) {
                let mut calls = redis::pipe();
                for (user, number) in some {
                    calls.srem(self.places_of(*user), name(line.server, *number)).ignore();
                }
                let mut connection = line.connection.clone();
                let told = calls.query_async::<()>(&mut connection);
                if self.answer(line.server, told).await.is_none() {
                    return;
                }
            }
            if timeout_at(until, self.left.notified()).await.is_err() {
                return;
            }
        }
    }

    /// What comes in time. What does not ends the connection: nobody else waits for it.
    async fn answer<T>(&self, server: u64, asked: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        if let Ok(Ok(answer)) = timeout(ANSWER_LIMIT, asked).await {
            return Some(answer);
        }
        let mut state = self.lock();
        if state.line.as_ref().is_some_and(|line| line.server == server) {
            state.line = None;
        }
        None
    }

    fn line(&self) -> Option<Line> {
        self.lock().line.clone()
    }

    fn places_of(&self, user: u128) -> String {
        format!("{}streams:{user:032x}", self.prefix)
    }

    fn key_of(&self, server: u64) -> String {
        format!("{}server:{server:016x}", self.prefix)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.limits.lock();
        if state.line.as_ref().is_some_and(|line| line.server == self.server) {
            state.free.push((self.user, self.number));
            drop(state);
            self.limits.left.notify_one();
        }
    }
}

fn name(server: u64, number: u64) -> String {
    format!("{server:016x}/{number}")
}

/// Of who is counted: no id is to be read in Redis.
fn hash(parts: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
