//! What is still to be told to other processes: bounded, and each thing once.

use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::message::Notice;

/// Above that, it is quicker if everybody looks.
const MAX_WAITING: usize = 65_536;

/// Filled by whoever changes something, who never waits; emptied by the one connection.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: Mutex<HashSet<Notice>>,
    filled: Notify,
}

impl Outbox {
    /// Adds what is not there yet. `false`: there was too much, and everybody is to look instead.
    pub(super) fn add(&self, notices: impl IntoIterator<Item = Notice>) -> bool {
        let mut waiting = self.lock();
        waiting.extend(notices);
        let fits = waiting.len() <= MAX_WAITING;
        if !fits {
            *waiting = HashSet::from([Notice::Everybody]);
        }
        drop(waiting);
        self.filled.notify_one();
        fits
    }

    /// Waits until there is something, and takes all of it.
    pub(super) async fn take(&self) -> HashSet<Notice> {
        loop {
            let taken = self.take_now();
            if !taken.is_empty() {
                return taken;
            }
            self.filled.notified().await;
        }
    }

    /// Takes what is there.
    pub(super) fn take_now(&self) -> HashSet<Notice> {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Notice>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_WAITING, Notice, Outbox};
    use crate::auth::user_id::UserId;

    fn changed(number: usize) -> Notice {
        Notice::Changed(1, UserId::trusted(&number.to_string()))
    }

    #[tokio::test]
    async fn a_user_who_changes_often_is_told_of_once() {
        let outbox = Outbox::default();
        for _ in 0..1_000 {
            assert!(outbox.add([changed(1), changed(2)]));
        }
        assert_eq!(outbox.take().await.len(), 2);
    }

    #[tokio::test]
    async fn when_there_is_too_much_to_tell_everybody_looks() {
        let outbox = Outbox::default();
        assert!(outbox.add((0..MAX_WAITING).map(changed)));
        assert!(!outbox.add([changed(MAX_WAITING)]));
        assert_eq!(outbox.take().await.into_iter().collect::<Vec<_>>(), [Notice::Everybody]);
        assert!(outbox.take_now().is_empty());
    }
}
