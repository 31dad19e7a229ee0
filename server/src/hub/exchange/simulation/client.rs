//! What a client of a stream keeps, and how it takes what it is told.

use notification_bell_protocol::{EVENT_RESET, EVENT_SYNC, Revision, Sync};

use super::inbox::Content;

/// The items and numbers that a client shows, and the revision that they are of.
#[derive(Default)]
pub(super) struct Client {
    pub(super) content: Content,
    /// The last event id; none before the list was loaded.
    pub(super) revision: Option<Revision>,
    /// How long it was asked to stay away, should the stream end.
    pub(super) retry_ms: Option<u64>,
}

/// What a frame was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The state is another one, or named once more.
    State,
    /// The list has to be loaded again.
    Reset,
    /// Nothing about the inbox.
    Other,
}

impl Client {
    /// Takes a list, and the state that it is of, for all there is.
    pub(super) fn load(&mut self, content: Content, revision: Revision) {
        (self.content, self.revision) = (content, Some(revision));
    }

    /// Takes a frame of a stream. The numbers are those that were told, and not counted here.
    pub(super) fn take(&mut self, frame: &[u8]) -> Heard {
        let (mut name, mut id, mut data) = ("message", None, "");
        for line in std::str::from_utf8(frame).unwrap().lines() {
            match line.split_once(": ") {
                Some(("event", value)) => name = value,
                Some(("id", value)) => id = Some(value),
                Some(("data", value)) => data = value,
                Some(("retry", value)) => self.retry_ms = Some(value.parse().unwrap()),
                _ => assert!(line.is_empty() || line == ":", "{line}"),
            }
        }
        if name == EVENT_RESET {
            self.revision = None;
            return Heard::Reset;
        }
        if name != EVENT_SYNC {
            return Heard::Other;
        }
        let sync: Sync = serde_json::from_str(data).unwrap();
        assert_eq!(Some(&*sync.revision), id);
        for item in sync.changed {
            let before = self.content.items.insert(item.id.clone(), item.clone());
            assert_ne!(before.as_ref(), Some(&item), "it was told twice");
        }
        for id in sync.removed {
            self.content.items.remove(&id);
        }
        self.content.counts = sync.counts;
        self.revision = Some(sync.revision);
        Heard::State
    }
}
