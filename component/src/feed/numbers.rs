//! The numbers: the server's last word, with what the user did and the server does not know yet.

use notification_bell_protocol::{Counts, Item, Timestamp, View};

use super::{
    Feed, Tick,
    change::{Pending, Standing},
    window,
};

impl Feed {
    /// The server's last word on the numbers, with the changes that it is not to know yet, or cannot be told, and
    /// without what has expired; `None` before its first.
    ///
    /// As long as a change waits that was made on a page before, they are those that were kept there, and `None` if none
    /// were: what difference it makes to the server's, nobody knows here.
    #[must_use]
    pub fn counts(&self) -> Option<Counts> {
        let is_untold = self.pending.iter().any(|pending| pending.standing == Standing::Painted);
        let known = if is_untold { &self.painted } else { &self.counts };
        Some(self.with_unsaid(known.clone()?))
    }

    /// Takes the numbers of an answer whose request was sent at `started`.
    pub(super) fn take_counts(&mut self, counts: Counts, started: Tick) {
        if self.counts_tick <= started {
            self.set_counts(counts);
        }
    }

    pub(super) fn set_counts(&mut self, counts: Counts) {
        for name in counts.categories.keys() {
            self.note_category(name);
        }
        self.counts = Some(counts);
    }

    /// Takes into the numbers what the server does not know yet, or has not told: changes that are held back, and items
    /// that have ended.
    ///
    /// By the difference that it makes to each item: one that the stream has told of already makes none, so nothing is
    /// taken twice.
    fn with_unsaid(&self, counts: Counts) -> Counts {
        let held = || self.pending.iter().filter(|pending| pending.standing == Standing::Held);
        let at = held().map(|pending| pending.at).chain(self.expired_by).max();
        if let Some(at) = at { self.with_held(counts, at) } else { counts }
    }

    #[inline(never)]
    fn with_held(&self, mut counts: Counts, at: Timestamp) -> Counts {
        let held = || self.pending.iter().filter(|pending| pending.standing == Standing::Held);
        let all_are_read = held().any(Pending::reads_everything);
        let mut shown = Vec::new();
        for entry in &self.entries {
            let has_ended = self.has_ended(&entry.item);
            let mut held = self.pending.about(entry);
            held.retain(|pending| pending.standing == Standing::Held);
            if !has_ended && !all_are_read && held.is_empty() {
                continue;
            }
            let mut item = entry.item.clone();
            let stays = !has_ended && held.iter().all(|pending| pending.apply(&mut item, entry.tick));
            if all_are_read || !stays || item != entry.item {
                tally(&mut counts, &entry.item, at, false);
                shown.extend(stays.then_some(item));
            }
        }
        if all_are_read {
            // Also those that are not loaded.
            counts.unseen = 0;
            counts.unread = 0;
            counts.categories.values_mut().for_each(|number| *number = 0);
        }
        for item in &shown {
            tally(&mut counts, item, at, true);
        }
        counts
    }
}

/// Adds an item to the numbers, or takes it out of them.
fn tally(counts: &mut Counts, item: &Item, at: Timestamp, is_added: bool) {
    if !window::is_placed(item, View::All, at) {
        return;
    }
    let step = |number: &mut u64| *number = if is_added { *number + 1 } else { number.saturating_sub(1) };
    step(&mut counts.total);
    if item.seen_at.is_none() {
        step(&mut counts.unseen);
    }
    if item.read_at.is_none() {
        step(&mut counts.unread);
        if let Some(name) = &item.category {
            match counts.categories.get_mut(name) {
                Some(number) => step(number),
                None if is_added => drop(counts.categories.insert(name.clone(), 1)),
                None => {}
            }
        }
    }
}
