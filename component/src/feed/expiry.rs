//! Items that end by themselves: gone from lists and numbers at their moment, whenever the server says so.

use notification_bell_protocol::{Item, Timestamp};

use super::Feed;

impl Feed {
    /// Takes the time: what was to end by now has ended.
    pub fn expire(&mut self, now: Timestamp) {
        self.expired_by = Some(now);
    }

    /// When the next item ends, or comes back from being snoozed.
    #[must_use]
    pub fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        let moments = self.entries.iter().flat_map(|entry| [entry.item.expires_at, entry.item.snoozed_until]);
        moments.flatten().filter(|moment| *moment > now).min()
    }

    /// Whether an item has ended, and the server has not said so: then it is not known here either.
    pub(super) fn has_ended(&self, item: &Item) -> bool {
        item.expires_at.zip(self.expired_by).is_some_and(|(end, by)| end <= by)
    }

    /// Forgets what has ended: nobody will tell that it is gone.
    pub(super) fn drop_expired(&mut self) {
        let by = self.expired_by;
        self.entries.retain(|entry| entry.item.expires_at.is_none_or(|end| by.is_none_or(|by| end > by)));
    }
}
