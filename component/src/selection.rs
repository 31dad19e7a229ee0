//! Which items are chosen, to do something with all of them.

use notification_bell_protocol::ItemId;

/// The chosen items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// In the order of the ids, which are found by halving: there may be thousands.
    ids: Vec<ItemId>,
    /// Where a range begins: what was chosen, or given up, last.
    anchor: Option<ItemId>,
    /// What was chosen before the range: it may shrink again.
    base: Vec<ItemId>,
}

impl Selection {
    /// Those that are chosen, in the order of their ids.
    #[must_use]
    pub fn ids(&self) -> &[ItemId] {
        &self.ids
    }

    /// Whether an item is chosen.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.place(id).is_ok()
    }

    /// The place of an id, or the one where it would be.
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.ids.binary_search_by(|own| own.as_str().cmp(id))
    }

    /// Chooses these too. A list has the newest first, whose ids are the last: from its end, each goes to the end.
    fn add(&mut self, listed: &[ItemId]) {
        for id in listed.iter().rev() {
            if let Err(place) = self.place(id) {
                self.ids.insert(place, id.clone());
            }
        }
    }

    /// Chooses an item, or gives it up.
    pub fn toggle(&mut self, id: &str) {
        match self.place(id) {
            Ok(place) => drop(self.ids.remove(place)),
            Err(place) => self.ids.insert(place, id.to_owned()),
        }
        self.begin_range(id);
    }

    /// Has a range begin at an item, chosen or not.
    pub fn begin_range(&mut self, id: &str) {
        self.anchor = Some(id.to_owned());
        self.base.clone_from(&self.ids);
    }

    /// Chooses everything from where the range begins to an item, in the place of the range before.
    pub fn extend_to(&mut self, id: &str, listed: &[ItemId]) {
        let place = |id: &str| listed.iter().position(|own| own == id);
        let Some(to) = place(id) else { return };
        let Some(from) = self.anchor.as_deref().and_then(place) else {
            self.add(&[id.to_owned()]);
            self.begin_range(id);
            return;
        };
        self.ids.clone_from(&self.base);
        self.add(&listed[from.min(to)..=from.max(to)]);
    }

    /// Chooses all of these.
    pub fn choose_all(&mut self, listed: &[ItemId]) {
        self.ids.clear();
        self.add(listed);
        self.base.clone_from(&self.ids);
    }

    /// Gives up what is no longer in the list. False if nothing was.
    pub fn keep(&mut self, listed: &[ItemId]) -> bool {
        let before = self.ids.len();
        let mut there = Self::default();
        there.add(listed);
        self.ids.retain(|id| there.contains(id));
        self.base.retain(|id| there.contains(id));
        self.ids.len() < before
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Selection;

    fn list(ids: &str) -> Vec<String> {
        ids.chars().map(String::from).collect()
    }

    fn chosen(selection: &Selection) -> String {
        selection.ids().concat()
    }

    #[test]
    fn an_item_is_chosen_and_given_up() {
        let mut selection = Selection::default();
        selection.toggle("b");
        selection.toggle("a");
        assert_eq!(chosen(&selection), "ab");
        selection.toggle("b");
        assert_eq!(chosen(&selection), "a");
    }

    #[test]
    fn a_range_goes_both_ways_and_shrinks_again() {
        let listed = list("abcdef");
        let mut selection = Selection::default();
        selection.toggle("f");
        selection.toggle("c");
        selection.extend_to("e", &listed);
        assert_eq!(chosen(&selection), "cdef");
        selection.extend_to("d", &listed);
        assert_eq!(chosen(&selection), "cdf");
        selection.extend_to("a", &listed);
        assert_eq!(chosen(&selection), "abcf", "and what was chosen before stays");
    }

    #[test]
    fn a_range_without_a_beginning_is_one_item() {
        let mut selection = Selection::default();
        selection.extend_to("b", &list("abc"));
        assert_eq!(chosen(&selection), "b");
        selection.extend_to("c", &list("abc"));
        assert_eq!(chosen(&selection), "bc");
        selection.extend_to("x", &list("abc"));
        assert_eq!(chosen(&selection), "bc", "what is not in the list is in no range");
    }

    #[test]
    fn what_leaves_the_list_is_no_longer_chosen() {
        let mut selection = Selection::default();
        selection.choose_all(&list("abc"));
        assert!(selection.keep(&list("cad")));
        assert_eq!(chosen(&selection), "ac");
        assert!(!selection.keep(&list("ac")));
    }

    proptest! {
        #[test]
        fn nothing_is_chosen_twice_or_from_outside_the_list(
            steps in proptest::collection::vec((0..4u8, 0..8usize), 0..24),
        ) {
            let listed = list("abcdefgh");
            let mut selection = Selection::default();
            for (step, index) in steps {
                match step {
                    0 => selection.toggle(&listed[index]),
                    1 => selection.extend_to(&listed[index], &listed),
                    2 => selection.choose_all(&listed[..index]),
                    _ => { selection.keep(&listed[index..]); }
                }
                let mut ids = selection.ids().to_vec();
                ids.sort();
                ids.dedup();
                prop_assert_eq!(ids.len(), selection.ids().len());
                prop_assert!(ids.iter().all(|id| listed.contains(id)));
            }
        }
    }
}
