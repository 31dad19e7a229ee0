//! Revisions and list cursors as text: opaque to everybody else.
//!
//! Both begin with the incarnation of the database. A restored backup gets a new one, so that a client which has
//! seen a later state than the backup's is told to start again instead of missing what comes next.

use std::sync::Arc;

use notification_bell_protocol::Timestamp;
use uuid::Uuid;

/// The state of an inbox: both numbers only grow, and each says by itself what is known. A stream that is told of what came
/// for its user before what came for everybody first is meanwhile at a state that the inbox was never in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StateNumbers {
    /// The inbox's own revision: raised by what is sent to its user by name, and by what the user does.
    pub(crate) own: i64,
    /// The project's shared revision: raised by what is sent to a topic or to everyone.
    pub(crate) shared: i64,
}

/// The incarnation of a database: 8 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incarnation(Arc<str>);

impl Incarnation {
    /// A fresh one.
    pub(crate) fn from_random(random: u32) -> Self {
        Self(format!("{random:08x}").into())
    }

    /// One that was kept.
    pub(crate) fn kept(text: String) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of a revision: letters, digits and hyphens, so that it may stand in a header that needs no preflight.
    pub(crate) fn revision(&self, state: StateNumbers) -> String {
        format!("{}-{}-{}", self.0, state.own, state.shared)
    }

    /// The numbers in a revision's text, if it is one of this incarnation. One without a shared number was given out
    /// before anything was shared.
    pub(crate) fn state_numbers(&self, text: &str) -> Option<StateNumbers> {
        let numbers = text.strip_prefix(&*self.0)?.strip_prefix('-')?;
        let (own, shared) = numbers.split_once('-').unwrap_or((numbers, "0"));
        Some(StateNumbers { own: number(own)?, shared: number(shared)? })
    }

    /// The text of a list cursor: the last entry of a page.
    ///
    /// It names the item by its id: the key would tell how much is sent in all projects together.
    pub(crate) fn cursor(&self, position: Timestamp, id: Uuid) -> String {
        format!("{}-{}-{}", self.0, position.unix_ms(), id.simple())
    }

    /// What is in a cursor, if it is one of this incarnation.
    pub(crate) fn cursor_parts(&self, text: &str) -> Option<(Timestamp, Uuid)> {
        let (position, id) = text.strip_prefix(&*self.0)?.strip_prefix('-')?.split_once('-')?;
        Some((Timestamp::from_unix_ms(position.parse().ok()?), Uuid::try_parse(id).ok()?))
    }
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use uuid::Uuid;

    use super::{Incarnation, StateNumbers};

    #[test]
    fn a_revision_comes_back_and_one_of_another_database_does_not() {
        let (here, elsewhere) = (Incarnation::from_random(1), Incarnation::from_random(2));
        let state = StateNumbers { own: 42, shared: 7 };
        assert_eq!(here.state_numbers(&here.revision(state)), Some(state));
        assert_eq!(here.state_numbers(&elsewhere.revision(state)), None);
        assert_eq!(here.state_numbers("00000001-42"), Some(StateNumbers { own: 42, shared: 0 }));
        for text in [
            "",
            "42",
            "00000001",
            "00000001-",
            "00000001--1",
            "00000001-+1",
            "00000001-1 ",
            "00000001-99999999999999999999",
            "00000001-1-",
            "00000001-1-2-3",
            "00000001-1.2",
        ] {
            assert_eq!(here.state_numbers(text), None, "{text:?}");
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
