//! What a webhook may be.

use notification_bell_protocol::MemberError;
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use crate::{
    error::Error,
    outbound::Outbound,
    store::{Happening, Happenings, WebhookChange},
};

const MAX_URL: usize = 2_048;
const MAX_DESCRIPTION: usize = 256;

/// The body of `POST /webhooks`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookRequest {
    /// What is to be called: https, unless the operator listed the host.
    #[schema(max_length = 2048)]
    pub url: String,
    /// For people: up to 256 characters on one line.
    #[schema(max_length = 256)]
    pub description: Option<String>,
    /// The types of events that it is told of; all of them unless given.
    #[schema(value_type = Option<Vec<Happening>>, min_items = 1)]
    pub events: Option<Vec<String>>,
}

/// The body of `PATCH /webhooks/{id}`: what is to change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// See [`NewWebhookRequest::url`].
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// See [`NewWebhookRequest::description`]; an empty one takes it away.
    #[schema(max_length = 256)]
    pub description: Option<String>,
    /// See [`NewWebhookRequest::events`].
    #[schema(value_type = Option<Vec<Happening>>, min_items = 1)]
    pub events: Option<Vec<String>>,
    /// Whether it is told of anything.
    pub enabled: Option<bool>,
}

impl NewWebhookRequest {
    /// Checks everything; gives it as a change of nothing.
    pub(super) fn check(self, outbound: &Outbound) -> Result<WebhookChange, Error> {
        let Self { url, description, events } = self;
        WebhookPatch { url: Some(url), description, events, enabled: None }.check(outbound)
    }
}

impl WebhookPatch {
    /// Checks everything.
    pub(super) fn check(self, outbound: &Outbound) -> Result<WebhookChange, Error> {
        if self == Self::default() {
            return Err(Error::invalid_value("", "must have at least one member"));
        }
        let mut faults = Vec::new();
        let mut fault = |pointer: String, detail: String| faults.push(MemberError::new(pointer, detail));
        let url = self.url.and_then(|text| match check_url(&text, outbound) {
            Ok(url) => Some(url),
            Err(detail) => {
                fault("/url".to_owned(), detail);
                None
            }
        });
        if let Some(description) = &self.description {
            if description.chars().count() > MAX_DESCRIPTION {
                fault("/description".to_owned(), format!("must have at most {MAX_DESCRIPTION} characters"));
            } else if description.chars().any(char::is_control) {
                fault("/description".to_owned(), "must not contain control characters".to_owned());
            }
        }
        let events = self.events.map(|names| {
            if names.is_empty() {
                fault("/events".to_owned(), "must have at least one entry".to_owned());
            }
            names.iter().enumerate().fold(Happenings::NONE, |events, (index, name)| {
                let named = Happening::ALL.into_iter().find(|happening| happening.as_str() == name);
                if named.is_none() {
                    let all = Happening::ALL.map(Happening::as_str).join(", ");
                    fault(format!("/events/{index}"), format!("is no event; there are {all}"));
                }
                named.map_or(events, |happening| events.with(happening))
            })
        });
        if !faults.is_empty() {
            return Err(Error::ValidationFailed(faults));
        }
        Ok(WebhookChange {
            url,
            description: self.description,
            events,
            enabled: self.enabled,
            ..WebhookChange::default()
        })
    }
}

/// The URL in its usual form; what its name leads to is looked at in each attempt.
fn check_url(text: &str, outbound: &Outbound) -> Result<String, String> {
    if text.chars().count() > MAX_URL {
        return Err(format!("must have at most {MAX_URL} characters"));
    }
    let url = Url::parse(text).map_err(|error| format!("is no URL: {error}"))?;
    if url.fragment().is_some() {
        return Err("must not have a fragment, which is never sent".to_owned());
    }
    outbound.check_url(&url).map_err(|error| error.to_string())?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::WebhookPatch;
    use crate::{
        error::Error,
        outbound::{Outbound, allowed::OutboundAllow},
        store::{Happening, WebhookChange},
    };

    fn check(body: Value) -> Result<WebhookChange, Error> {
        let patch: WebhookPatch = serde_json::from_value(body).unwrap();
        patch.check(&Outbound::with_system_names(OutboundAllow::parse("hook.internal").unwrap()))
    }

    fn pointers(body: Value) -> Vec<String> {
        let Err(Error::ValidationFailed(faults)) = check(body) else { panic!("it was allowed") };
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn it_is_called_over_https_unless_it_is_listed() {
        for url in ["https://hook.example/a?b=c", "https://8.8.8.8:8443/", "http://hook.internal/"] {
            assert_eq!(check(json!({ "url": url })).unwrap().url.as_deref(), Some(url));
        }
        for url in [
            "http://hook.example/",
            "https://localhost/",
            "https://127.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://user:secret@hook.example/",
            "https://hook.example/#part",
            "ftp://hook.example/",
            "/hook",
            "",
        ] {
            assert_eq!(pointers(json!({ "url": url })), ["/url"], "{url}");
        }
        assert_eq!(
            pointers(json!({ "url": format!("https://hook.example/{}", "x".repeat(2_048)) })),
            ["/url"]
        );
    }

    #[test]
    fn events_are_known_ones() {
        let change = check(json!({ "events": ["notification.read", "notification.action"] })).unwrap();
        let events = change.events.unwrap();
        assert!(events.has(Happening::Read) && events.has(Happening::Action) && !events.has(Happening::Seen));
        assert_eq!(pointers(json!({ "events": [] })), ["/events"]);
        assert_eq!(
            pointers(json!({ "events": ["notification.read", "read", "x"] })),
            ["/events/1", "/events/2"]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let body = json!({ "url": "x", "description": "a\nb", "events": ["x"] });
        assert_eq!(pointers(body), ["/url", "/description", "/events/0"]);
        assert_eq!(pointers(json!({})), [""]);
    }
}
