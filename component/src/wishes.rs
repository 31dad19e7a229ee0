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

/// The name under which a user's are remembered. It stays when they have left, and does not say who it was: a user id is
/// an address as a rule. For a few words about sounds, FNV-1a tells users well enough apart.
#[must_use]
pub fn storage_key(api_key: &str, user_id: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = user_id.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    let mut key = ["notification-bell:", api_key, ":"].concat();
    let digits = hash.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    key.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    key
}

#[cfg(test)]
mod tests {
    use super::{Wishes, storage_key};

    #[test]
    fn the_name_does_not_say_who_the_user_is() {
        let key = storage_key("pk_1", "user@example.com");
        assert!(key.starts_with("notification-bell:pk_1:") && !key.contains("user"), "{key}");
        assert_ne!(key, storage_key("pk_1", "other@example.com"));
        // The published check value of FNV-1a, of 64 bits.
        assert!(storage_key("", "foobar").ends_with(":85944171f73967e8"));
    }

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
