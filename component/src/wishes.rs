//! What a reader wants to be told by besides the panel, and how the browser remembers it.

/// A sound, and notifications by the browser itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// A short sound.
    pub sound: bool,
    /// Notifications by the browser.
    pub desktop: bool,
}

impl Wishes {
    /// Reads what was remembered.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let has = |name: &str| text.split_ascii_whitespace().any(|word| word == name);
        Self { sound: has("sound"), desktop: has("desktop") }
    }

    /// What is to be remembered; `None` if nothing is wanted.
    #[must_use]
    pub const fn text(self) -> Option<&'static str> {
        match (self.sound, self.desktop) {
            (true, true) => Some("sound desktop"),
            (true, false) => Some("sound"),
            (false, true) => Some("desktop"),
            (false, false) => None,
        }
    }

    /// What is wanted and also offered.
    #[must_use]
    pub const fn among(self, offered: Self) -> Self {
        Self { sound: self.sound && offered.sound, desktop: self.desktop && offered.desktop }
    }
}

/// The name under which a user's are remembered.
#[must_use]
pub fn storage_key(api_key: &str, user_id: &str) -> String {
    ["notification-bell:", api_key, ":", user_id].concat()
}

#[cfg(test)]
mod tests {
    use super::Wishes;

    #[test]
    fn what_is_remembered_is_read_again() {
        for (sound, desktop) in [(false, false), (false, true), (true, false), (true, true)] {
            let wishes = Wishes { sound, desktop };
            assert_eq!(Wishes::read(wishes.text().unwrap_or_default()), wishes);
        }
    }

    #[test]
    fn what_others_wrote_there_is_no_wish() {
        for text in ["", "soundless", "{\"sound\":true}", "SOUND"] {
            assert_eq!(Wishes::read(text), Wishes::default(), "{text:?}");
        }
    }

    #[test]
    fn only_what_is_offered_counts() {
        let all = Wishes { sound: true, desktop: true };
        let sound = Wishes { sound: true, desktop: false };
        assert_eq!(all.among(sound), sound);
        assert_eq!(sound.among(Wishes::default()), Wishes::default());
    }
}
