//! What a stranger wrote, as it may stand in a message: short, in quotation marks, with nothing that a terminal obeys.

use std::fmt;

const MAX_CHARACTERS: usize = 80;

/// The beginning of a text of somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// The first 80 characters.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut characters = text.chars();
        let mut excerpt: String = characters.by_ref().take(MAX_CHARACTERS).collect();
        if characters.next().is_some() {
            excerpt.push('…');
        }
        Self(excerpt)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Excerpt;

    #[test]
    fn a_terminal_obeys_nothing_in_it_and_it_is_short() {
        assert_eq!(Excerpt::of("\u{1b}[2J\"\u{202e}").to_string(), r#""\u{1b}[2J\"\u{202e}""#);
        assert_eq!(Excerpt::of(&"é".repeat(1_000)).to_string().chars().count(), 83);
    }
}
