//! What a notification may be.

use notification_bell_protocol::{AddressFault, AddressUse, MemberError, ParsedAddress, SitePath, Timestamp};
use url::Url;

use super::notification::{SendRequest, Text};

pub(super) const MAX_TITLE: usize = 256;
pub(super) const MAX_BODY: usize = 4_096;
const MAX_ADDRESS: usize = 2_048;
const MAX_DATA_BYTES: usize = 16 * 1_024;
/// Of a category, and of a type.
pub(super) const MAX_NAME: usize = 100;
const MAX_ACTIONS: usize = 5;
pub(super) const MAX_LABEL: usize = 64;
const MAX_AHEAD_MS: i64 = 366 * 86_400_000;
/// Clocks differ, and requests take their time: what was to be sent just now is sent at once.
const MAX_BEHIND_MS: i64 = 60_000;

/// Of one request. A type with many languages can lack the same thing in each.
const MAX_FAULTS: usize = 50;

/// Gathers what is wrong with a request, so that all of it is said at once; the first of it, if it is very much.
#[derive(Default)]
pub(crate) struct Faults(Vec<MemberError>);

impl Faults {
    pub(super) fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(MemberError::new(pointer, detail));
        }
    }

    pub(crate) fn into_vec(self) -> Vec<MemberError> {
        self.0
    }

    pub(super) fn line(&mut self, pointer: &str, text: &str, max_characters: usize) {
        if text.trim().is_empty() {
            self.add(pointer, "must not be empty");
        } else if text.chars().count() > max_characters {
            self.add(pointer, format!("must have at most {max_characters} characters"));
        } else if text.chars().any(char::is_control) {
            self.add(pointer, "must not contain control characters");
        }
    }

    pub(super) fn body(&mut self, pointer: &str, body: &str) {
        if body.chars().count() > MAX_BODY {
            self.add(pointer, format!("must have at most {MAX_BODY} characters"));
        } else if body
            .chars()
            .any(|character| character.is_control() && !matches!(character, '\n' | '\t' | '\r'))
        {
            self.add(pointer, "must not contain control characters other than line breaks and tabs");
        }
    }

    fn text<T>(&mut self, pointer: &str, text: Option<&Text<T>>) {
        if let Some(Text::Fault(detail)) = text {
            self.add(pointer, detail.as_str());
        }
    }

    fn address(&mut self, pointer: &str, text: Option<&String>, purpose: AddressUse) {
        let Some(text) = text else { return };
        if text.chars().count() > MAX_ADDRESS {
            self.add(pointer, format!("must have at most {MAX_ADDRESS} characters"));
        } else if let Err(fault) = check_address(text, purpose) {
            self.add(pointer, fault.to_string());
        }
    }
}

/// Checks an address by the rules that the element applies too, with the WHATWG parser of the `url` crate.
fn check_address(text: &str, purpose: AddressUse) -> Result<(), AddressFault> {
    if AddressUse::inspect(text)? == SitePath::Yes {
        return Ok(());
    }
    let url = Url::parse(text).map_err(|_| AddressFault::Form)?;
    purpose.permits(ParsedAddress {
        scheme: url.scheme(),
        host: url.host_str().unwrap_or_default(),
        has_credentials: !url.username().is_empty() || url.password().is_some(),
    })
}

impl SendRequest {
    /// Checks everything but the recipients and the texts.
    pub(crate) fn check(&self, now: Timestamp) -> Faults {
        let mut faults = Faults::default();
        faults.address("/url", self.url.as_ref(), AddressUse::Link);
        faults.address("/icon", self.icon.as_ref(), AddressUse::Picture);
        faults.address("/image", self.image.as_ref(), AddressUse::Picture);
        if let Some(category) = &self.category {
            faults.line("/category", category, MAX_NAME);
        }
        if let Some(name) = &self.r#type {
            faults.line("/type", name, MAX_NAME);
        }
        if self.data.as_ref().is_some_and(|data| data.to_string().len() > MAX_DATA_BYTES) {
            faults.add("/data", format!("must have at most {MAX_DATA_BYTES} bytes as JSON"));
        }
        if let Some(key) = &self.group_key {
            faults.line("/groupKey", key, MAX_NAME);
        }
        faults.text("/priority", self.priority.as_ref());
        self.check_times(&mut faults, now);
        self.check_actions(&mut faults);
        faults
    }

    fn check_times(&self, faults: &mut Faults, now: Timestamp) {
        faults.text("/sendAt", self.send_at.as_ref());
        if let Some(at) = self.send_at() {
            if at < now.plus_ms(-MAX_BEHIND_MS) {
                faults.add("/sendAt", "must not be in the past: without it, a notification is sent at once");
            } else if at > now.plus_ms(MAX_AHEAD_MS) {
                faults.add("/sendAt", "must be within the year to come");
            }
        }
        faults.text("/expiresAt", self.expires_at.as_ref());
        if let Some(at) = self.expires_at() {
            if at <= now {
                faults.add("/expiresAt", "must be in the future");
            } else if self.send_at().is_some_and(|send_at| at <= send_at) {
                faults.add("/expiresAt", "must be after sendAt");
            }
        }
    }

    fn check_actions(&self, faults: &mut Faults) {
        if self.actions.len() > MAX_ACTIONS {
            faults.add("/actions", format!("must have at most {MAX_ACTIONS} entries"));
            return;
        }
        for (index, action) in self.actions.iter().enumerate() {
            let pointer = |member: &str| format!("/actions/{index}/{member}");
            faults.line(&pointer("id"), &action.id, MAX_LABEL);
            faults.address(&pointer("url"), action.url.as_ref(), AddressUse::Link);
            faults.text(&pointer("style"), action.style.as_ref());
            if self.actions[..index].iter().any(|other| other.id == action.id) {
                faults.add(pointer("id"), "must be unique within the notification");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use serde_json::{Value, json};

    use super::Faults;
    use crate::{
        inbox::{SendRequest, templates::cabinet::TypeTemplates, wording::wording},
        languages::Locale,
    };

    #[expect(clippy::needless_pass_by_value, reason = "reads better at the calls")]
    fn pointers(members: Value) -> Vec<String> {
        let mut request = json!({ "to": { "users": ["u"] }, "title": "t" });
        request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let request: SendRequest = serde_json::from_value(request).unwrap();
        let mut faults = Faults::default();
        wording(&request, &mut TypeTemplates::default(), &Locale::default(), &mut faults);
        let mut faults = faults.into_vec();
        faults.extend(request.check(Timestamp::from_unix_ms(0)).into_vec());
        faults.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn limits_are_inclusive() {
        assert_eq!(pointers(json!({ "title": "ä".repeat(256), "body": "b".repeat(4_096) })), [""; 0]);
        assert_eq!(
            pointers(json!({ "title": "ä".repeat(257), "body": "b".repeat(4_097) })),
            ["/title", "/body"]
        );
        assert_eq!(pointers(json!({ "data": "d".repeat(16 * 1_024 - 2) })), [""; 0]);
        assert_eq!(pointers(json!({ "data": "d".repeat(16 * 1_024 - 1) })), ["/data"]);
        assert_eq!(pointers(json!({ "url": format!("/{}", "u".repeat(2_047)) })), [""; 0]);
        assert_eq!(pointers(json!({ "url": format!("/{}", "u".repeat(2_048)) })), ["/url"]);
    }

    #[test]
    fn a_script_address_in_any_disguise_is_refused() {
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "blob:https://site.example/1",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "https:\\\\elsewhere.example",
            "https://user:password@site.example/",
            "https://user@site.example/",
            "relative/path",
            "?query",
            "",
        ] {
            assert_eq!(pointers(json!({ "url": address })), ["/url"], "{address:?}");
        }
        for address in [
            "https://site.example/a?b#c",
            "http://site.example",
            "mailto:help@site.example",
            "tel:+491234",
            "/path",
        ] {
            assert_eq!(pointers(json!({ "url": address })), [""; 0], "{address:?}");
        }
    }

    #[test]
    fn pictures_are_loaded_over_https_only() {
        assert_eq!(
            pointers(json!({ "icon": "http://site.example/i.png", "image": "data:image/png;base64," })),
            ["/icon", "/image"]
        );
        assert_eq!(pointers(json!({ "icon": "http://localhost:3001/i.png", "image": "/i.png" })), [""; 0]);
    }

    #[test]
    fn actions_are_few_and_told_apart() {
        let action = |id: &str| json!({ "id": id, "label": "Go" });
        assert_eq!(pointers(json!({ "actions": [action("a"), action("a")] })), ["/actions/1/id"]);
        assert_eq!(pointers(json!({ "actions": vec![action("a"); 6] })), ["/actions"]);
        assert_eq!(
            pointers(json!({ "actions": [{ "id": "", "label": "", "url": "javascript:1" }] })),
            ["/actions/0/label", "/actions/0/id", "/actions/0/url"]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(
            pointers(
                json!({ "title": "", "priority": "urgent", "expiresAt": "tomorrow", "url": "javascript:1" })
            ),
            ["/title", "/url", "/priority", "/expiresAt"]
        );
        let action = json!({ "id": "a", "label": "Go", "style": "loud" });
        assert_eq!(pointers(json!({ "actions": [action] })), ["/actions/0/style"]);
    }

    #[test]
    fn it_is_sent_within_a_year_and_expires_after_that() {
        let year = 366 * 86_400_000;
        let at = |ms: i64| Timestamp::from_unix_ms(ms).to_string();
        assert_eq!(pointers(json!({ "sendAt": at(-60_000) })), [""; 0], "clocks differ");
        assert_eq!(pointers(json!({ "sendAt": at(-60_001) })), ["/sendAt"]);
        assert_eq!(pointers(json!({ "sendAt": at(year) })), [""; 0]);
        assert_eq!(pointers(json!({ "sendAt": at(year + 1) })), ["/sendAt"]);
        assert_eq!(pointers(json!({ "sendAt": at(5), "expiresAt": at(6) })), [""; 0]);
        assert_eq!(pointers(json!({ "sendAt": at(5), "expiresAt": at(5) })), ["/expiresAt"]);
    }

    #[test]
    fn it_expires_in_the_future() {
        assert_eq!(pointers(json!({ "expiresAt": "1970-01-01T00:00:00Z" })), ["/expiresAt"]);
    }
}
