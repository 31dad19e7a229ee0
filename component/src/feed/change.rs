//! The user's own changes: shown at once, made good by the server's answer, or taken back.

use notification_bell_protocol::{Counts, Item, ItemId, ItemPatch, MarkRequest, MarkSet, Timestamp, View};

use super::{Entry, Feed, Tick, window};

/// Names a change between [`Feed::begin`] and its end.
pub type ChangeNumber = u64;

/// Something the user did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// To one item.
    Patch(ItemId, ItemPatch),
    /// To many.
    Mark(MarkRequest),
    /// One item is gone.
    Remove(ItemId),
}

/// What the server said to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The item after the change, where the answer has it.
    pub item: Option<Item>,
    /// The numbers after the change.
    pub counts: Counts,
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    number: ChangeNumber,
    change: Change,
    at: Timestamp,
    /// What arrived later is none of the change's business.
    tick: Tick,
    /// The server is not asked yet: the numbers it gives do not have the change in them.
    is_held: bool,
}

impl Pending {
    /// Shows the change on an item that was last heard of at `tick`. False if the item is gone by it.
    pub(super) fn apply(&self, item: &mut Item, tick: Tick) -> bool {
        match &self.change {
            Change::Remove(id) => return *id != item.id,
            Change::Patch(id, patch) if *id == item.id => {
                set_marks(
                    item,
                    MarkSet { seen: patch.seen, read: patch.read, archived: patch.archived },
                    self.at,
                );
                if let Some(until) = patch.snoozed_until {
                    item.snoozed_until = until;
                    if until.is_some() {
                        item.archived_at = None;
                    }
                }
                for action in &mut item.actions {
                    action.done |= patch.action_done.as_ref() == Some(&action.id);
                }
            }
            Change::Patch(..) => {}
            Change::Mark(request) => {
                let is_meant = match &request.ids {
                    Some(ids) => ids.contains(&item.id),
                    None => tick <= self.tick && window::belongs(item, View::All, self.at),
                };
                if is_meant
                    && request.category.as_ref().is_none_or(|name| item.category.as_ref() == Some(name))
                {
                    set_marks(item, request.set, self.at);
                }
            }
        }
        true
    }
}

fn set_marks(item: &mut Item, set: MarkSet, at: Timestamp) {
    let mark = |member: &mut Option<Timestamp>, wanted: Option<bool>| match wanted {
        Some(true) => {
            member.get_or_insert(at);
        }
        Some(false) => *member = None,
        None => {}
    };
    mark(&mut item.seen_at, set.seen.or(set.read.filter(|read| *read)));
    mark(&mut item.read_at, set.read);
    mark(&mut item.archived_at, set.archived);
    if set.archived == Some(true) {
        // The archive ends a snooze; the moment of one that has ended is kept, because lists are sorted by it.
        item.snoozed_until = item.snoozed_until.filter(|until| *until <= at);
    }
}

impl Feed {
    /// Shows a change before the server knows of it.
    pub fn begin(&mut self, change: Change, at: Timestamp) -> ChangeNumber {
        self.push(change, at, false)
    }

    /// Shows that an item is gone, although the server is not to be told yet: see [`Feed::counts`].
    ///
    /// Ends as any change does.
    pub fn hold_removal(&mut self, id: ItemId, at: Timestamp) -> ChangeNumber {
        self.push(Change::Remove(id), at, true)
    }

    fn push(&mut self, change: Change, at: Timestamp, is_held: bool) -> ChangeNumber {
        self.last_change += 1;
        self.pending.push(Pending { number: self.last_change, change, at, tick: self.tick, is_held });
        self.last_change
    }

    /// Takes out of the numbers what was removed and is held back.
    pub(super) fn without_held(&self, mut counts: Counts) -> Counts {
        for pending in self.pending.iter().filter(|pending| pending.is_held) {
            let Change::Remove(id) = &pending.change else { continue };
            let Some(Entry { item, .. }) = self.entry(id) else { continue };
            if !window::belongs(item, View::All, pending.at) {
                continue;
            }
            let less = |number: &mut u64| *number = number.saturating_sub(1);
            less(&mut counts.total);
            if item.seen_at.is_none() {
                less(&mut counts.unseen);
            }
            if item.read_at.is_none() {
                less(&mut counts.unread);
                if let Some(name) = &item.category
                    && let Some(number) = counts.categories.get_mut(name)
                {
                    less(number);
                }
            }
        }
        counts
    }

    /// The server agreed to a change that was sent at `started`.
    ///
    /// The state it names does not count as seen: there may be items in it that nobody has shown to the user yet.
    pub fn confirm(&mut self, number: ChangeNumber, answer: Answer, started: Tick) {
        let Some(pending) = self.take_pending(number) else { return };
        self.tick += 1;
        let tick = self.tick;
        if let Change::Remove(id) = &pending.change {
            self.drop_entry(id.clone(), tick);
        }
        // A mark's answer has no items, so what was shown becomes what is known.
        self.entries.retain_mut(|entry| entry.tick > started || pending.apply(&mut entry.item, entry.tick));
        if let Some(item) = answer.item
            && self.entry(&item.id).is_some_and(|entry| entry.tick <= started)
        {
            self.put(Entry { item, tick });
        }
        if self.counts_tick <= started {
            self.counts = Some(answer.counts);
            self.counts_tick = tick;
        }
    }

    /// The server refused a change, or could not be asked: it was never made.
    pub fn take_back(&mut self, number: ChangeNumber) {
        self.take_pending(number);
    }

    fn take_pending(&mut self, number: ChangeNumber) -> Option<Pending> {
        let index = self.pending.iter().position(|pending| pending.number == number)?;
        Some(self.pending.remove(index))
    }
}
