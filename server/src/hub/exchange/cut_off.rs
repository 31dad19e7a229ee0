//! What a process that nobody hears does about it, and what the others do.
//!
//! Of one that falls silent nobody can tell whether it has ended, or is cut off and goes on changing things. It can tell
//! that itself, where it changes them: as long as it is cut off it says so in the database, and the others look there. So
//! one that was killed is not missed for longer than a minute, and one that is cut off is missed for as long as it is, also by
//! those that began after that.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use super::Exchange;
use crate::{
    hub::{Bus, Reach},
    store::CUT_OFF_LASTS,
};

/// A connection that broke is usually there again before that.
const SAY_AFTER: Duration = Duration::from_secs(3);
/// Three times before the last word counts no more.
const SAY_EVERY: Duration = Duration::from_secs(20);
const _: () = assert!(3 * SAY_EVERY.as_secs() <= CUT_OFF_LASTS.as_secs());
/// How often it is looked whether another one has said so, and whether it is still so.
const LOOK_EVERY: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// For the database to answer.
const ANSWERING: Duration = Duration::from_secs(5);

impl Exchange {
    /// Says it in the database while nobody hears this process, and takes it back.
    pub(super) async fn say_when_cut_off(&self) {
        let (mut cut_since, mut said_at) = (None, None::<Instant>);
        loop {
            sleep(Duration::from_secs(1)).await;
            if self.reach() == Reach::Cut {
                let is_long = cut_since.get_or_insert_with(Instant::now).elapsed() >= SAY_AFTER;
                let is_due = said_at.is_none_or(|said_at| said_at.elapsed() >= SAY_EVERY);
                let asked_at = Instant::now();
                if is_long && is_due && self.say_cut_off(true).await {
                    said_at = Some(asked_at);
                }
            } else {
                cut_since = None;
                if said_at.is_some() && self.say_cut_off(false).await {
                    said_at = None;
                }
            }
        }
    }

    async fn say_cut_off(&self, is_cut_off: bool) -> bool {
        matches!(timeout(ANSWERING, self.words.say_cut_off(self.id, is_cut_off)).await, Ok(Ok(())))
    }

    /// Looks whether others say it.
    pub(super) async fn look_for_cut_off(&self) {
        loop {
            if let Ok(Ok(is_one)) = timeout(ANSWERING, self.words.is_one_cut_off(self.id)).await {
                self.is_one_cut_off.store(is_one, Ordering::Release);
            }
            sleep(if self.is_one_cut_off.load(Ordering::Acquire) { LOOK_AGAIN } else { LOOK_EVERY }).await;
        }
    }
}
