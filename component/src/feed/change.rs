//! The user's own changes: shown at once, made good by the server's answer, or taken back.

use notification_bell_protocol::{Counts, Item, ItemId, ItemPatch, MarkRequest, MarkSet, Timestamp, View};

use super::{Entry, Feed, Tick, window};
use window::Key;

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
    /// The items that are others by a mark of everything, if it says so.
    pub changed: Option<Vec<ItemId>>,
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    number: ChangeNumber,
    change: Change,
    pub(super) at: Timestamp,
    /// What arrived later is none of the change's business.
    tick: Tick,
    /// The newest item that was shown when everything was marked: what came after it is not meant.
    reach: Option<Key>,
    pub(super) standing: Standing,
}

/// How a change that is not answered stands to the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The server answers in a moment, and its numbers have the change in them.
    Asked,
    /// The server is not asked yet: the numbers it gives do not have the change in them.
    Held,
    /// The same, but it was made on a page before: what was painted has it in it, item and numbers.
    Painted,
}

/// All that are not answered. Those of one item are found by halving: whoever deletes a thousand has a thousand of them,
/// and each is looked for with every item of the list.
#[derive(Clone, Debug, Default)]
pub(super) struct AllPending {
    /// Of one item each, in the order of its id, and then as they were made.
    singles: Vec<Pending>,
    /// Of many, as they were made.
    marks: Vec<Pending>,
}

impl AllPending {
    fn push(&mut self, pending: Pending) {
        let Some(id) = pending.single() else { return self.marks.push(pending) };
        let place = self.singles.partition_point(|other| other.single() <= Some(id));
        self.singles.insert(place, pending);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.singles.iter().chain(&self.marks)
    }

    fn take(&mut self, number: ChangeNumber) -> Option<Pending> {
        let of = |all: &[Pending]| all.iter().position(|pending| pending.number == number);
        if let Some(place) = of(&self.singles) {
            return Some(self.singles.remove(place));
        }
        of(&self.marks).map(|place| self.marks.remove(place))
    }

    /// Those that are about an item, as they were made.
    pub(super) fn about(&self, entry: &Entry) -> Vec<&Pending> {
        if self.singles.is_empty() && self.marks.is_empty() { Vec::new() } else { self.gathered(entry) }
    }

    #[inline(never)]
    fn gathered(&self, entry: &Entry) -> Vec<&Pending> {
        let id = Some(entry.item.id.as_str());
        let mut all: Vec<_> = self.marks.iter().filter(|mark| mark.reaches(entry)).collect();
        let first = self.singles.partition_point(|single| single.single() < id);
        for single in self.singles[first..].iter().take_while(|single| single.single() == id) {
            all.insert(all.partition_point(|other| other.number < single.number), single);
        }
        all
    }
}

impl Pending {
    /// The item that it is about, if that is one alone.
    fn single(&self) -> Option<&str> {
        match &self.change {
            Change::Remove(id) | Change::Patch(id, _) => Some(id),
            Change::Mark(_) => None,
        }
    }

    /// Whether a mark may be about an item.
    fn reaches(&self, Entry { item, tick }: &Entry) -> bool {
        match &self.change {
            Change::Mark(MarkRequest { ids: Some(ids), .. }) => ids.binary_search(&item.id).is_ok(),
            _ => *tick <= self.tick,
        }
    }

    /// Whether an item is among those that it is about, whenever that was heard of.
    fn concerns(&self, item: &Item) -> bool {
        match &self.change {
            Change::Remove(id) | Change::Patch(id, _) => *id == item.id,
            Change::Mark(MarkRequest { ids: Some(ids), .. }) => ids.binary_search(&item.id).is_ok(),
            Change::Mark(_) => {
                let reach = self.reach.as_ref().map(|(moment, id)| (*moment, id.as_str()));
                Some(item.sort_key()) <= reach
            }
        }
    }

    /// Whether an item is another by it.
    fn alters(&self, Entry { item, tick }: &Entry) -> bool {
        let mut shown = item.clone();
        !self.apply(&mut shown, *tick) || shown != *item
    }

    pub(super) fn reads_everything(&self) -> bool {
        matches!(&self.change, Change::Mark(request)
            if request.ids.is_none() && request.category.is_none() && request.set.read == Some(true))
    }

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
                let is_known = || tick <= self.tick && window::belongs(item, View::All, self.at);
                if self.concerns(item)
                    && (request.ids.is_some() || is_known())
                    && request.read.is_none_or(|read| item.read_at.is_some() == read)
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
        self.push(change, at, Standing::Asked)
    }

    /// The same for one that has waited since a page before. Once the server has spoken, the numbers wait for its answer.
    pub fn begin_again(&mut self, change: Change, at: Timestamp) -> ChangeNumber {
        let has_spoken = self.stream_revision.is_some();
        self.push(change, at, if has_spoken { Standing::Asked } else { Standing::Painted })
    }

    /// Shows that an item is gone, although the server is not to be told yet: see [`Feed::counts`].
    ///
    /// Ends as any change does.
    pub fn hold_removal(&mut self, id: ItemId, at: Timestamp) -> ChangeNumber {
        self.push(Change::Remove(id), at, Standing::Held)
    }

    fn push(&mut self, mut change: Change, at: Timestamp, standing: Standing) -> ChangeNumber {
        if let Change::Mark(MarkRequest { ids: Some(ids), .. }) = &mut change {
            // In their order, as they are asked for with every item of the list.
            for id in std::mem::take(ids) {
                ids.insert(ids.partition_point(|other| *other < id), id);
            }
        }
        self.last_change += 1;
        let reach = match &change {
            Change::Mark(request) if request.ids.is_none() => match &self.shown {
                Some((_, newest)) => newest.clone(),
                None => self.newest(),
            },
            _ => None,
        };
        let (number, tick) = (self.last_change, self.tick);
        self.pending.push(Pending { number, change, at, tick, reach, standing });
        number
    }

    /// Takes note that the server cannot be told for now: the numbers are shown with the changes in them.
    pub fn hold_changes(&mut self) {
        for pending in self.pending.singles.iter_mut().chain(&mut self.pending.marks) {
            if pending.standing == Standing::Asked {
                pending.standing = Standing::Held;
            }
        }
    }

    /// The server agreed to a change that was sent at `started`.
    ///
    /// The state it names does not count as seen: there may be items in it that nobody has shown to the user yet.
    pub fn confirm(&mut self, number: ChangeNumber, answer: Answer, started: Tick) {
        let Some(pending) = self.take_pending(number) else { return };
        let is_untold = pending.standing != Standing::Asked && !self.has_told_of(&pending, started);
        let is_newer = self.counts_tick <= started || is_untold;
        let is_to_be_told = is_untold && self.entries.iter().any(|entry| pending.alters(entry));
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
        if is_newer {
            self.counts = Some(answer.counts);
            self.counts_tick = tick;
            self.has_answer = true;
        }
        self.untold.extend(is_to_be_told.then_some(pending));
    }

    /// Whether the stream has spoken of what a change is about since then. If it has not, it does not know of the change:
    /// it tells everything in its order. What waited for a line is sent as the stream opens, and that always speaks.
    pub(super) fn has_told_of(&self, pending: &Pending, since: Tick) -> bool {
        let mut told = self.entries.iter().filter(|entry| entry.tick > since);
        told.any(|entry| pending.concerns(&entry.item))
            || self.removed.iter().any(|(id, tick)| *tick > since && pending.single() == Some(id))
    }

    /// The server refused a change, or could not be asked: it was never made.
    pub fn take_back(&mut self, number: ChangeNumber) {
        self.take_pending(number);
    }

    fn take_pending(&mut self, number: ChangeNumber) -> Option<Pending> {
        self.pending.take(number)
    }
}
