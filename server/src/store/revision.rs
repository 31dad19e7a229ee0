//! Revisions and list cursors as text: opaque to everybody else.
//!
//! Both begin with the incarnation of the database. A restored backup gets a new one, so that a client which has
//! seen a later state than the backup's is told to start again instead of missing what comes next.

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

/// The incarnation of a database: 8 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incarnation(String);

impl Incarnation {
    /// A fresh one.
    pub(crate) fn from_random(random: u32) -> Self {
        Self(format!("{random:08x}"))
    }

    /// One that was kept.
    pub(crate) fn kept(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of a revision.
    pub(crate) fn revision(&self, number: i64) -> String {
        format!("{}-{number}", self.0)
    }

    /// The number in a revision's text, if it is one of this incarnation.
    pub(crate) fn revision_number(&self, text: &str) -> Option<i64> {
        let number = text.strip_prefix(&self.0)?.strip_prefix('-')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
    }

    /// The text of a list cursor: the last entry of a page.
    ///
    /// It names the item by its id: the key would tell how much is sent in all projects together.
    pub(crate) fn cursor(&self, position: Timestamp, id: Uuid) -> String {
        format!("{}-{}-{}", self.0, position.unix_ms(), id.simple())
    }

    /// What is in a cursor, if it is one of this incarnation.
    pub(crate) fn cursor_parts(&self, text: &str) -> Option<(Timestamp, Uuid)> {
        let (position, id) = text.strip_prefix(&self.0)?.strip_prefix('-')?.split_once('-')?;
        Some((Timestamp::from_unix_ms(position.parse().ok()?), Uuid::try_parse(id).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use uuid::Uuid;

    use super::Incarnation;

    #[test]
    fn a_revision_comes_back_and_one_of_another_database_does_not() {
        let (here, elsewhere) = (Incarnation::from_random(1), Incarnation::from_random(2));
        assert_eq!(here.revision_number(&here.revision(42)), Some(42));
        assert_eq!(here.revision_number(&elsewhere.revision(42)), None);
        for text in [
            "",
            "42",
            "00000001",
            "00000001-",
            "00000001--1",
            "00000001-+1",
            "00000001-1 ",
            "00000001-99999999999999999999",
        ] {
            assert_eq!(here.revision_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_cursor_comes_back() {
        let here = Incarnation::from_random(1);
        let id = Uuid::from_u128(4);
        let cursor = here.cursor(Timestamp::from_unix_ms(17), id);
        assert_eq!(here.cursor_parts(&cursor), Some((Timestamp::from_unix_ms(17), id)));
        assert_eq!(here.cursor_parts("x"), None);
    }
}
