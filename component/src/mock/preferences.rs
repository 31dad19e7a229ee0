//! Which categories of the made-up inbox reach it.

use notification_bell_protocol::{CategoryPreference, Item, Preferences, Sync, Timestamp};

use super::MockInbox;

impl MockInbox {
    /// Every category there is, after these changes.
    #[inline(never)]
    pub fn preferences(&mut self, changes: Option<&Preferences>) -> Preferences {
        for change in changes.iter().flat_map(|changes| &changes.categories) {
            self.hidden.retain(|name| *name != change.name);
            if !change.enabled {
                self.hidden.push(change.name.clone());
            }
            self.revision += 1;
        }
        let mut categories: Vec<CategoryPreference> = Vec::new();
        for name in self.items.iter().filter_map(|item| item.category.as_ref()) {
            let place = categories.partition_point(|category| category.name < *name);
            if categories.get(place).is_none_or(|category| category.name != *name) {
                let enabled = !self.hidden.contains(name);
                categories.insert(place, CategoryPreference::new(name.clone(), enabled));
            }
        }
        Preferences { categories }
    }

    /// What a server says after such a change, for the lists to be loaded again.
    #[must_use]
    pub fn reset(&self, now: Timestamp) -> Sync {
        self.sync(Vec::new(), now)
    }

    /// Whether an item is of a category that reaches the inbox.
    pub(super) fn reaches(&self, item: &Item) -> bool {
        item.category.as_ref().is_none_or(|name| !self.hidden.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{CategoryPreference, Preferences, Timestamp, View};

    use super::MockInbox;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_795_168_800_000);

    #[test]
    fn a_category_that_is_turned_off_is_neither_listed_nor_counted_and_comes_back() {
        let mut inbox = MockInbox::new(NOW);
        let before = (inbox.page(&View::All.into(), NOW).items.len(), inbox.counts(NOW).unread);
        let all = inbox.preferences(None);
        assert!(all.categories.len() > 3 && all.categories.iter().all(|category| category.enabled));
        let change =
            |enabled| Preferences { categories: vec![CategoryPreference::new("Design".to_owned(), enabled)] };
        let after = inbox.preferences(Some(&change(false)));
        assert_eq!(after.categories.iter().filter(|category| !category.enabled).count(), 1);
        assert_eq!(inbox.counts(NOW).unread, before.1 - 1);
        assert_eq!(inbox.page(&View::All.into(), NOW).items.len(), before.0 - 2);
        assert_eq!(inbox.preferences(Some(&change(true))), all);
        assert_eq!(inbox.counts(NOW).unread, before.1);
    }
}
