//! Events as bytes: the event-stream format of the WHATWG HTML standard, section 9.2.

use bytes::Bytes;
use notification_bell_protocol::{EVENT_RESET, EVENT_SESSION_EXPIRING, EVENT_SYNC, Sync};

/// A comment: nothing to clients, life to proxies.
pub(super) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// What changed. JSON has no bare line breaks, so it fits on the one line that `data:` allows.
#[must_use]
pub fn sync(sync: &Sync) -> Bytes {
    event(EVENT_SYNC, Some(&sync.revision), &serde_json::to_string(sync).unwrap_or_default())
}

/// Load the list again.
pub(super) fn reset(sync: &Sync) -> Bytes {
    event(EVENT_RESET, Some(&sync.revision), &serde_json::to_string(sync).unwrap_or_default())
}

/// The token ends soon.
pub(super) fn session_expiring() -> Bytes {
    event(EVENT_SESSION_EXPIRING, None, "{}")
}

/// How long to wait before coming back.
pub(super) fn retry(retry_ms: u64) -> Bytes {
    format!("retry: {retry_ms}\n\n").into()
}

fn event(name: &str, id: Option<&str>, data: &str) -> Bytes {
    let mut frame = String::with_capacity(data.len() + 64);
    frame.push_str("event: ");
    frame.push_str(name);
    if let Some(id) = id {
        frame.push_str("\nid: ");
        frame.push_str(id);
    }
    frame.push_str("\ndata: ");
    frame.push_str(data);
    frame.push_str("\n\n");
    frame.into()
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{Counts, Sync};

    #[test]
    fn an_event_is_three_lines_and_an_empty_one() {
        let sync = Sync {
            changed: Vec::new(),
            removed: vec!["a\nid: forged".to_owned()],
            counts: Counts::default(),
            revision: "1-2".to_owned(),
        };
        let frame = String::from_utf8(super::sync(&sync).to_vec()).unwrap();
        let lines: Vec<&str> = frame.split('\n').collect();
        assert_eq!(lines.len(), 5, "{frame}");
        assert_eq!((lines[0], lines[1]), ("event: sync", "id: 1-2"));
        assert!(lines[2].starts_with("data: {"));
        assert_eq!((lines[3], lines[4]), ("", ""));
    }
}
