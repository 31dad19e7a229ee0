//! Who follows a stream whatever happens: what it has shown, and how long it was without one.

use std::time::Duration;

use notification_bell_tests::{Event, EventStream, Reply, Session};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, interval, sleep},
};

use crate::{
    load::{AGAIN, PATIENCE},
    shown::{Shown, Told},
};

/// How somebody whose stream has ended comes back.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// At once, and soon again: what is shown does not hang on it, and nobody waits for it.
    AtOnce,
    /// As the element does (`component/src/backoff.rs`): no sooner than the stream has asked for, and a while after that,
    /// which grows. This is the chance that it has, from 0 to 1.
    AsTheElement(f64),
}

/// A time without a stream.
#[derive(Debug)]
pub(crate) struct Interruption {
    /// What the stream had asked for with its last words (`retry:`).
    pub(crate) asked: Option<Duration>,
    /// What was waited of its own accord, on top of that.
    pub(crate) waited: Duration,
    /// From its end until another one has shown what came meanwhile.
    pub(crate) lasted: Duration,
    pub(crate) attempts: u32,
}

/// What a reader shows, and the state that it is of.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) shown: Shown,
    /// None while the pages of a list that was loaded again are of different moments.
    pub(crate) revision: Option<String>,
    /// The last event id, or the revision of the first of these pages.
    since: Option<String>,
}

pub(crate) struct Reader {
    pub(crate) session: Session,
    pub(crate) user: &'static str,
    pub(crate) manner: Manner,
    pub(crate) known: watch::Sender<Known>,
    pub(crate) told: Told,
    /// Closed when there is nothing more to read.
    pub(crate) over: watch::Receiver<()>,
    /// Dropped once there is a stream, at work.
    pub(crate) ready: Option<mpsc::Sender<()>>,
}

/// Why a stream is read no further.
enum End {
    /// It has ended, and has asked for this before.
    Stream(Option<Duration>),
    /// It has said that the list is to be loaded again.
    Reset,
    Over,
}

impl Reader {
    /// Follows the stream, and opens it again where it was whenever it ends, until nobody wants to know any more.
    pub(crate) async fn read(mut self) -> Vec<Interruption> {
        let mut interruptions = Vec::new();
        // How often it has come back: none of these streams lasts long enough to be thought a good one.
        let mut tries = 0;
        let (mut ended, mut is_loaded): (Option<(Instant, Option<Duration>)>, _) = (None, false);
        loop {
            let (mut stream, attempts, waited) =
                self.open(ended.and_then(|(_, asked)| asked), &mut tries).await;
            let mut is_new = true;
            let end = loop {
                let event = tokio::select! {
                    event = stream.try_next(PATIENCE) => event,
                    _ = self.over.changed() => break End::Over,
                };
                let Some(event) = event else {
                    break End::Stream(stream.retry_ms().map(Duration::from_millis));
                };
                if let Some((ended_at, asked)) = ended.take() {
                    let lasted = ended_at.elapsed();
                    interruptions.push(Interruption { asked, waited, lasted, attempts });
                }
                if event.name == "reset" {
                    break End::Reset;
                }
                // A page that was loaded later than the first one may have what is told now.
                self.take(&event, is_new && is_loaded);
                is_new = false;
                drop(self.ready.take());
            };
            (ended, is_loaded) = match end {
                End::Stream(asked) => (Some((Instant::now(), asked)), false),
                End::Reset => {
                    self.load().await;
                    (None, true)
                }
                End::Over => return interruptions,
            };
        }
    }

    fn take(&self, event: &Event, may_repeat: bool) {
        self.known.send_modify(|known| {
            let told = known.shown.take(event, may_repeat);
            known.revision = Some(event.id.clone());
            known.since = Some(event.id.clone());
            self.told.hear(self.user, &told);
        });
    }

    /// Loads the list again. What changes meanwhile is told by the stream from the first page on.
    async fn load(&self) {
        let (mut loaded, mut since) = (Shown::default(), None);
        for view in ["all", "archived", "snoozed"] {
            let mut query = format!("/inbox?view={view}&limit=50");
            loop {
                let page = self.page(&query).await;
                self.told.hear(self.user, &page);
                since.get_or_insert_with(|| page["revision"].as_str().unwrap().to_owned());
                for item in page["items"].as_array().unwrap() {
                    loaded.items.insert(item["id"].as_str().unwrap().to_owned(), item.clone());
                }
                let Some(next) = page["next"].as_str() else { break };
                query = format!("/inbox?view={view}&limit=50&cursor={next}");
            }
        }
        self.known.send_replace(Known { shown: loaded, revision: None, since });
    }

    /// A page of the list, as soon as somebody answers.
    async fn page(&self, query: &str) -> Value {
        let mut again = interval(AGAIN);
        loop {
            again.tick().await;
            match Reply::attempt(self.session.call(Method::GET, query)).await {
                Ok(reply) if !matches!(reply.status, 502..=504) => return reply.expect(200),
                _ => {}
            }
        }
    }

    /// A stream, how often it was asked for, and what was waited between that.
    async fn open(&self, asked: Option<Duration>, tries: &mut u32) -> (EventStream, u32, Duration) {
        let (mut attempts, mut waited) = (0, Duration::ZERO);
        let since = self.known.borrow().since.clone();
        loop {
            if since.is_some() || attempts > 0 {
                let wait = self.manner.wait(*tries);
                *tries += 1;
                waited += wait;
                // Once: who was refused by a proxy was asked for nothing.
                sleep(wait + asked.filter(|_| attempts == 0 && self.manner.heeds()).unwrap_or_default())
                    .await;
            }
            attempts += 1;
            let request = self.session.stream_request(since.as_deref());
            if let Some(stream) = EventStream::attempt(request).await {
                return (stream, attempts, waited);
            }
        }
    }
}

impl Manner {
    const fn heeds(self) -> bool {
        matches!(self, Self::AsTheElement(_))
    }

    fn wait(self, tries: u32) -> Duration {
        match (self, tries) {
            (Self::AtOnce, _) => AGAIN,
            (Self::AsTheElement(chance), 0) => {
                Duration::from_millis(100) + Duration::from_millis(200).mul_f64(chance)
            }
            (Self::AsTheElement(chance), _) => Duration::from_secs(1 << (tries - 1).min(5)).mul_f64(chance),
        }
    }
}
