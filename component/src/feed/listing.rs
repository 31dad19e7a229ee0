//! What the feed shows: lists, and items with the user's own changes.

use std::borrow::Cow;

use notification_bell_protocol::{Item, ItemId, Timestamp, View};

use super::{Entry, Feed, List};

impl Feed {
    /// What a list shows, in its order.
    #[must_use]
    pub fn listed(&self, list: &List, now: Timestamp) -> Vec<ItemId> {
        self.ids(list, now, |_| true)
    }

    /// What is read of what a list shows, the newest first.
    #[must_use]
    pub fn read(&self, list: &List, now: Timestamp) -> Vec<ItemId> {
        self.ids(list, now, |item| item.read_at.is_some())
    }

    /// The unread items of the inbox that are known here, of one category or of all, shown or not.
    #[must_use]
    pub fn known_unread(&self, category: Option<&str>, now: Timestamp) -> Vec<ItemId> {
        let list = List { view: View::Unread, category: category.map(ToOwned::to_owned) };
        let shown = self.entries.iter().filter_map(|entry| self.shown(entry));
        shown.filter(|item| list.has(item, now)).map(|item| item.id.clone()).collect()
    }

    fn ids(&self, list: &List, now: Timestamp, is_meant: fn(&Item) -> bool) -> Vec<ItemId> {
        let window = self.window(list);
        let mut listed: Vec<(Timestamp, &str)> = Vec::new();
        for entry in self.entries.iter().rev() {
            let Some(item) = self.shown(entry) else { continue };
            let key = (list.key(&item).0, entry.item.id.as_str());
            let is_reached = window.is_none_or(|window| window.reaches(key));
            if is_reached && list.has(&item, now) && is_meant(&item) {
                // Most often at the end.
                let place = match listed.last() {
                    Some(end) if *end < key => listed.partition_point(|other| *other > key),
                    _ => listed.len(),
                };
                listed.insert(place, key);
            }
        }
        listed.into_iter().map(|(_, id)| id.to_owned()).collect()
    }

    /// An item as it is to be shown: with the user's own changes that the server has not answered yet.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<Item> {
        self.look(id).map(Cow::into_owned)
    }

    /// The same for a look at it.
    #[must_use]
    pub fn look(&self, id: &str) -> Option<Cow<'_, Item>> {
        self.shown(self.entry(id)?)
    }

    /// Whether an item is in the inbox and unread.
    #[must_use]
    pub fn is_unread(&self, id: &str, now: Timestamp) -> bool {
        self.look(id).is_some_and(|item| List::from(View::Unread).has(&item, now))
    }

    /// When an item came, or came back, as lists have it; and what does not change of it.
    #[must_use]
    pub fn placed(&self, id: &str) -> Option<(Timestamp, &Item)> {
        let entry = self.entry(id)?;
        Some((self.shown(entry)?.sort_key().0, &entry.item))
    }

    fn shown<'feed>(&self, entry: &'feed Entry) -> Option<Cow<'feed, Item>> {
        let mut item = Cow::Borrowed(&entry.item);
        for pending in self.pending.about(entry) {
            if !pending.apply(item.to_mut(), entry.tick) {
                return None;
            }
        }
        Some(item)
    }
}
