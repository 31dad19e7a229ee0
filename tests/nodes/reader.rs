//! Who follows a stream whatever happens: what it has shown, and how long it was without one.

use std::{collections::BTreeMap, time::Duration};

use notification_bell_tests::{Event, EventStream, Session};
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep},
};

use crate::load::{AGAIN, PATIENCE, Phase};

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

pub(crate) struct Reader {
    pub(crate) session: Session,
    pub(crate) user: &'static str,
    pub(crate) manner: Manner,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Dropped once there is a stream, at work.
    pub(crate) ready: Option<mpsc::Sender<()>>,
}

/// What a stream has shown.
#[derive(Default)]
struct Shown {
    /// The ids under their titles.
    items: BTreeMap<String, String>,
    last_event_id: Option<String>,
}

impl Reader {
    /// Follows the stream, and opens it again where it was whenever it ends, until everything was shown.
    pub(crate) async fn read(mut self) -> Vec<Interruption> {
        let (mut shown, mut interruptions) = (Shown::default(), Vec::new());
        // How often it has come back: none of these streams lasts long enough to be thought a good one.
        let mut tries = 0;
        let mut ended: Option<(Instant, Option<Duration>)> = None;
        loop {
            let (mut stream, attempts, waited) =
                self.open(&shown, ended.and_then(|(_, asked)| asked), &mut tries).await;
            let mut is_new = true;
            let asked = loop {
                if !is_new
                    && let Phase::Done(ledger) = &*self.phase.borrow_and_update()
                    && shown.items == ledger.of(self.user)
                {
                    return interruptions;
                }
                tokio::select! {
                    event = stream.try_next(PATIENCE) => match event {
                        Some(event) => shown.take(&event),
                        None => break stream.retry_ms().map(Duration::from_millis),
                    },
                    _ = self.phase.changed(), if !is_new => {}
                }
                if is_new && let Some((ended_at, asked)) = ended {
                    let lasted = ended_at.elapsed();
                    interruptions.push(Interruption { asked, waited, lasted, attempts });
                }
                is_new = false;
                drop(self.ready.take());
            };
            ended = Some((Instant::now(), asked));
        }
    }

    /// A stream, how often it was asked for, and what was waited between that.
    async fn open(
        &self,
        shown: &Shown,
        asked: Option<Duration>,
        tries: &mut u32,
    ) -> (EventStream, u32, Duration) {
        let (mut attempts, mut waited) = (0, Duration::ZERO);
        loop {
            if shown.last_event_id.is_some() || attempts > 0 {
                let wait = self.manner.wait(*tries);
                *tries += 1;
                waited += wait;
                // Once: who was refused by a proxy was asked for nothing.
                sleep(wait + asked.filter(|_| attempts == 0 && self.manner.heeds()).unwrap_or_default())
                    .await;
            }
            attempts += 1;
            let request = self.session.stream_request(shown.last_event_id.as_deref());
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

impl Shown {
    /// Nothing comes twice, and the numbers are those of what came.
    fn take(&mut self, event: &Event) {
        assert_eq!(event.name, "sync", "{event:?}");
        let data: Value = serde_json::from_str(&event.data).unwrap();
        for item in data["changed"].as_array().unwrap() {
            let (title, id) = (item["title"].as_str().unwrap(), item["id"].as_str().unwrap());
            let before = self.items.insert(title.to_owned(), id.to_owned());
            assert_eq!(before, None, "{title} was shown twice: {data}");
        }
        for count in ["total", "unread"] {
            assert_eq!(data["counts"][count], self.items.len(), "{count}: {data}");
        }
        assert_eq!(data["removed"], serde_json::json!([]));
        self.last_event_id = Some(event.id.clone());
    }
}
