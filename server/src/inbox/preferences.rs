//! Which categories reach an inbox: what may be chosen, and who is told.

use std::collections::BTreeSet;

use notification_bell_protocol::Preferences;

use super::{
    Inbox,
    checks::{Faults, MAX_NAME},
};
use crate::{
    error::Error,
    languages::Languages,
    store::{Category, UserRef},
};

/// In one request.
const MAX_ENTRIES: usize = 200;
/// As many choices of one user are remembered: names can be made up without end.
const MAX_REMEMBERED: usize = 1_000;

impl Inbox {
    /// The categories of an inbox, and which of them are turned off.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn preferences(&self, user: &UserRef, languages: &Languages) -> Result<Preferences, Error> {
        Ok(self.store.preferences(user, languages).await?)
    }

    /// Turns the categories that are named off or on, and leaves the others as they are: a client that does not know of
    /// a category, because it has come meanwhile, must not decide about it.
    ///
    /// # Errors
    /// Names that are not allowed, one turned off that cannot be, more choices than are remembered, or a store that fails.
    pub async fn set_preferences(
        &self,
        user: &UserRef,
        wanted: Preferences,
        languages: &Languages,
    ) -> Result<Preferences, Error> {
        let mut faults = check(&wanted);
        let declared = self.store.categories(user.project).await?;
        for (index, choice) in wanted.categories.iter().enumerate() {
            let is_locked = |category: &Category| category.is_locked && category.name == choice.name;
            if !choice.enabled && declared.iter().any(is_locked) {
                faults.add(
                    format!("/categories/{index}/enabled"),
                    "must be true: this category cannot be turned off",
                );
            }
        }
        let faults = faults.into_vec();
        if !faults.is_empty() {
            return Err(Error::ValidationFailed(faults));
        }
        let changed = self.store.set_preferences(user, wanted.categories, MAX_REMEMBERED, languages).await?;
        let Some(preferences) = changed else {
            let detail = format!("turns off more: {MAX_REMEMBERED} choices of a user are remembered");
            return Err(Error::invalid_value("/categories", detail));
        };
        self.wake(user).await;
        Ok(preferences)
    }
}

fn check(preferences: &Preferences) -> Faults {
    let mut faults = Faults::default();
    if preferences.categories.len() > MAX_ENTRIES {
        faults.add("/categories", format!("must have at most {MAX_ENTRIES} entries"));
        return faults;
    }
    let mut named = BTreeSet::new();
    for (index, category) in preferences.categories.iter().enumerate() {
        let pointer = format!("/categories/{index}/name");
        faults.line(&pointer, &category.name, MAX_NAME);
        if !named.insert(&category.name) {
            faults.add(pointer, "must be named only once");
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{CategoryPreference, Preferences};

    use super::check;

    fn pointers(names: &[&str]) -> Vec<String> {
        let category = |name: &&str| CategoryPreference::new((*name).to_owned(), true);
        let preferences = Preferences { categories: names.iter().map(category).collect() };
        check(&preferences).into_vec().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_name_is_one_that_could_be_sent() {
        assert_eq!(pointers(&["billing", "ä b", &"ä".repeat(100)]), [""; 0]);
        assert_eq!(
            pointers(&["", " ", "ok", "a\nb", &"a".repeat(101)]),
            ["/categories/0/name", "/categories/1/name", "/categories/3/name", "/categories/4/name"]
        );
    }

    #[test]
    fn a_name_is_there_once() {
        assert_eq!(pointers(&["a", "A", "a", "b", "a"]), ["/categories/2/name", "/categories/4/name"]);
    }

    #[test]
    fn entries_are_bounded() {
        let names: Vec<String> = (0..201).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(pointers(&names), ["/categories"]);
        assert_eq!(pointers(&names[1..]), [""; 0]);
        assert_eq!(pointers(&[]), [""; 0]);
    }
}
