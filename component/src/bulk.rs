//! What is done with several items at once: the changes for it, and those that take back exactly that.

use notification_bell_protocol::{Item, ItemId, ItemPatch, MarkRequest, MarkSet, Timestamp};

use crate::feed::Change;

/// The server takes so many ids at once.
pub const MARK_MAX: usize = 1_000;

/// What is to become of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// They are read, or unread.
    Read(bool),
    /// They are in the archive.
    Archive,
    /// They are in the inbox, and no longer archived or snoozed.
    BringBack,
    /// They are put off.
    Snooze(Timestamp),
}

/// How it is done and undone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What to do.
    pub changes: Vec<Change>,
    /// What takes it back, and touches nothing that was so before.
    pub back: Vec<Change>,
    /// How many items become others by it.
    pub count: usize,
}

/// A change of one item: by a mark, which takes many, or for itself.
enum Single {
    Mark(MarkSet),
    Patch(ItemPatch),
}

impl Single {
    fn read(read: bool) -> Self {
        Self::Mark(MarkSet { read: Some(read), ..MarkSet::default() })
    }

    fn archived(archived: bool) -> Self {
        Self::Mark(MarkSet { archived: Some(archived), ..MarkSet::default() })
    }

    fn snoozed(until: Option<Timestamp>) -> Self {
        Self::Patch(ItemPatch { snoozed_until: Some(until), ..ItemPatch::default() })
    }
}

/// Plans a deed with these items.
#[must_use]
pub fn plan(items: &[Item], deed: Deed, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    let (mut marks, mut back_marks) = (Vec::new(), Vec::new());
    for item in items {
        let Some((change, back)) = change(item, deed, now) else { continue };
        plan.count += 1;
        match change {
            Single::Mark(set) => add(&mut marks, set, &item.id),
            Single::Patch(patch) => plan.changes.push(Change::Patch(item.id.clone(), patch)),
        }
        match back {
            Single::Mark(set) => add(&mut back_marks, set, &item.id),
            Single::Patch(patch) => plan.back.push(Change::Patch(item.id.clone(), patch)),
        }
    }
    for (set, ids) in marks {
        plan.changes.extend(mark(set, &ids));
    }
    for (set, ids) in back_marks {
        plan.back.extend(mark(set, &ids));
    }
    plan
}

fn add(marks: &mut Vec<(MarkSet, Vec<ItemId>)>, set: MarkSet, id: &str) {
    match marks.iter_mut().find(|(own, _)| *own == set) {
        Some((_, ids)) => ids.push(id.to_owned()),
        None => marks.push((set, vec![id.to_owned()])),
    }
}

/// A mark of these, however many there are.
pub fn mark(set: MarkSet, ids: &[ItemId]) -> impl Iterator<Item = Change> {
    ids.chunks(MARK_MAX)
        .map(move |ids| Change::Mark(MarkRequest { set, ids: Some(ids.to_vec()), ..MarkRequest::default() }))
}

/// What a deed does to an item, and what takes it back; `None` if it is so already.
fn change(item: &Item, deed: Deed, now: Timestamp) -> Option<(Single, Single)> {
    let is_archived = item.archived_at.is_some();
    let snoozed = item.snoozed_until.filter(|until| *until > now && !is_archived);
    Some(match deed {
        Deed::Read(read) if item.read_at.is_some() != read => (Single::read(read), Single::read(!read)),
        Deed::Archive if !is_archived => {
            let back = match snoozed {
                None => Single::archived(false),
                until => Single::snoozed(until),
            };
            (Single::archived(true), back)
        }
        Deed::BringBack if is_archived => (Single::archived(false), Single::archived(true)),
        Deed::BringBack if snoozed.is_some() => (Single::snoozed(None), Single::snoozed(snoozed)),
        Deed::Snooze(until) => {
            // The archive ends a snooze.
            let back = if is_archived { Single::archived(true) } else { Single::snoozed(snoozed) };
            (Single::snoozed(Some(until)), back)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
