//! What a webhook is told: one thing that one user did with one notification.

use notification_bell_protocol::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Happening;

/// An event, while it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct WebhookEvent<'a> {
    pub(super) happening: Happening,
    pub(super) at: Timestamp,
    pub(super) notification: Uuid,
    pub(super) user: &'a str,
    /// The id of the action, if that is what was used.
    pub(super) action: Option<&'a str>,
}

impl WebhookEvent<'_> {
    /// The message.
    pub(super) fn body(&self) -> String {
        let mut data = json!({ "notification": self.notification, "user": self.user });
        if let Some(action) = self.action {
            data["action"] = action.into();
        }
        json!({ "type": self.happening.as_str(), "timestamp": self.at, "data": data }).to_string()
    }

    /// Its id: a `UUIDv7` whose random part is a hash of what it is. An event happens once to a notification of a user,
    /// so nothing random is needed to tell one from another.
    pub(super) fn id(&self) -> Uuid {
        let mut hash = Sha256::new_with_prefix(self.notification);
        for part in [self.happening.as_str(), self.user, self.action.unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut random = [0; 10];
        random.copy_from_slice(&hash[..10]);
        let unix_ms = u64::try_from(self.at.unix_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use notification_bell_protocol::Timestamp;
    use uuid::Uuid;

    use super::WebhookEvent;
    use crate::store::Happening;

    fn event() -> WebhookEvent<'static> {
        let at = Timestamp::from_unix_ms(1_800_000_000_000);
        let notification = Uuid::from_u128(7);
        WebhookEvent { happening: Happening::Action, at, notification, user: "u", action: Some("go") }
    }

    #[test]
    fn it_says_what_who_and_when() {
        let expected = concat!(
            r#"{"data":{"action":"go","notification":"00000000-0000-0000-0000-000000000007","user":"u"},"#,
            r#""timestamp":"2027-01-15T08:00:00.000Z","type":"notification.action"}"#
        );
        let sent: serde_json::Value = serde_json::from_str(&event().body()).unwrap();
        assert_eq!(sent, serde_json::from_str::<serde_json::Value>(expected).unwrap());
        assert!(!WebhookEvent { action: None, ..event() }.body().contains("action\":"));
    }

    #[test]
    fn events_that_differ_in_anything_have_ids_that_differ() {
        let later = event().at.plus_ms(1);
        let events = [
            event(),
            WebhookEvent { happening: Happening::Read, ..event() },
            WebhookEvent { at: later, ..event() },
            WebhookEvent { notification: Uuid::from_u128(8), ..event() },
            WebhookEvent { user: "ug", action: Some("o"), ..event() },
            WebhookEvent { action: None, ..event() },
        ];
        let ids: BTreeSet<Uuid> = events.iter().map(WebhookEvent::id).collect();
        assert_eq!((ids.len(), event().id()), (6, event().id()));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
