//! The one connection to the others, from its beginning to its end, and the waits between two of them.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::{
    Channel, Ear, Exchange, Line, NetworkError,
    message::{self, Notice},
};

/// For a connection to be made.
const CONNECTING: Duration = Duration::from_secs(3);
/// For an answer to anything that is said: one that hangs is as good as one that is gone.
const ANSWERING: Duration = Duration::from_secs(2);
/// How often this process says that it is there. It has to hear that itself before the next time.
const BEAT_EVERY: Duration = Duration::from_secs(2);
/// How often channels that nobody needs any more are left.
const LEAVE_EVERY: Duration = Duration::from_secs(30);
/// So many channels or messages go together.
const AT_A_TIME: usize = 512;
const FIRST_WAIT_MS: u64 = 100;
const LONGEST_WAIT_MS: u64 = 5_000;

impl Exchange {
    /// Puts into the outbox what others are to hear.
    pub(super) fn tell(&self, notices: impl IntoIterator<Item = Notice>) {
        if !self.outbox.add(notices) {
            self.metrics.overflows.inc();
        }
    }

    pub(super) async fn keep_connected(&self) {
        let mut wait_ms = FIRST_WAIT_MS;
        let mut is_known = false;
        loop {
            let ear = Arc::new(Ear::new(Arc::clone(&self.heard)));
            let (lived, end) = match within(CONNECTING, self.network.connect(Arc::clone(&ear))).await {
                Ok(line) => self.live(line.into(), &ear).await,
                Err(error) => (false, error),
            };
            if lived || !is_known {
                tracing::warn!(error = %end, "other servers cannot be heard: streams look for themselves meanwhile");
                is_known = true;
            }
            wait_ms = if lived { FIRST_WAIT_MS } else { wait_ms };
            // From a half to the whole of it, so that those that were cut off together do not all come at once.
            sleep(Duration::from_millis(wait_ms / 2 + self.randomness.below(wait_ms / 2))).await;
            wait_ms = (wait_ms * 2).min(LONGEST_WAIT_MS);
        }
    }

    /// Uses a connection to its end; says whether it was of any use, and how it ended.
    async fn live(&self, line: Arc<dyn Line>, ear: &Ear) -> (bool, NetworkError) {
        if let Err(error) = self.begin(&*line).await {
            self.channels.cut();
            return (false, error);
        }
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&line));
        self.metrics.cut.set(0);
        self.metrics.connections.inc();
        tracing::info!("other servers can be heard");
        // After what is needed is listened to: what changes from here on is heard, and what did before is looked for.
        self.heard.ask();
        let end = tokio::select! {
            end = self.follow(&*line) => end,
            end = self.pass_on(&*line) => end,
            end = self.beat(&*line) => end,
            () = ear.ended() => NetworkError("the connection was closed".into()),
        };
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.metrics.cut.set(1);
        self.channels.cut();
        (true, end)
    }

    /// Listens to everything that is needed, and makes sure that what is said is heard.
    async fn begin(&self, line: &dyn Line) -> Result<(), NetworkError> {
        within(ANSWERING, line.listen(&[Channel::All])).await?;
        self.heard.begin(Instant::now());
        self.channels.connected();
        self.listen_to_wanted(line).await?;
        self.heard.expect_beat(Instant::now());
        within(ANSWERING, line.say(&message::beat(self.id, false))).await?;
        let heard = timeout(ANSWERING, self.heard.beat_heard()).await;
        heard.map_err(|_| NetworkError("what was said was not heard".into()))
    }

    /// Listens to what streams here come to need, and leaves what they no longer do.
    async fn follow(&self, line: &dyn Line) -> NetworkError {
        let mut leave = interval(LEAVE_EVERY);
        leave.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                () = self.channels.wished.notified() => self.listen_to_wanted(line).await,
                _ = leave.tick() => self.leave_idle(line).await,
            };
            if let Err(error) = done {
                return error;
            }
        }
    }

    async fn listen_to_wanted(&self, line: &dyn Line) -> Result<(), NetworkError> {
        let wanted = self.channels.wanted();
        for channels in wanted.channels.chunks(AT_A_TIME) {
            within(ANSWERING, line.listen(channels)).await?;
        }
        self.channels.fulfilled(wanted.wish, self.hub.now_us());
        Ok(())
    }

    async fn leave_idle(&self, line: &dyn Line) -> Result<(), NetworkError> {
        for channels in self.channels.idle().chunks(AT_A_TIME) {
            within(ANSWERING, line.leave(channels)).await?;
        }
        Ok(())
    }

    /// Tells others what was put into the outbox. What could not be told goes back into it.
    async fn pass_on(&self, line: &dyn Line) -> NetworkError {
        loop {
            let mut untold = Untold { exchange: self, notices: self.outbox.take().await };
            for messages in message::messages(self.id, &untold.notices).chunks(AT_A_TIME) {
                if let Err(error) = within(ANSWERING, line.say(messages)).await {
                    return error;
                }
            }
            self.metrics.sent.inc_by(untold.notices.len() as u64);
            untold.notices.clear();
        }
    }

    /// Says that this process is there, and makes sure that it hears that.
    async fn beat(&self, line: &dyn Line) -> NetworkError {
        let mut beats = interval(BEAT_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            if !self.heard.expect_beat(Instant::now()) {
                return NetworkError("what was said was not heard".into());
            }
            if let Err(error) = within(ANSWERING, line.say(&message::beat(self.id, false))).await {
                return error;
            }
        }
    }
}

/// What is being told: if that does not come to its end, however that happens, it waits again.
struct Untold<'a> {
    exchange: &'a Exchange,
    notices: HashSet<Notice>,
}

impl Drop for Untold<'_> {
    fn drop(&mut self) {
        if !self.notices.is_empty() {
            self.exchange.tell(self.notices.drain());
        }
    }
}

async fn within<T>(
    time: Duration,
    done: impl Future<Output = Result<T, NetworkError>>,
) -> Result<T, NetworkError> {
    timeout(time, done).await.unwrap_or_else(|_| Err(NetworkError("it does not answer".into())))
}
