//! One attempt: a signed message, and what came back.

use bytes::Bytes;
use notification_bell_protocol::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::{
    auth::webhook_secret::{WebhookSecret, signatures},
    outbound::{Outbound, OutboundError},
    traces,
};

/// So much of an answer is read and kept, for whoever looks why it was refused.
const MAX_ANSWER_BYTES: usize = 2 * 1_024;
/// RFC 9110, section 15.5.11: it is gone, and will not come back.
const GONE: u16 = 410;

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status, if there was one.
    pub status: Option<u16>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// How the body of a refusal began.
    pub body: Option<String>,
}

impl Answer {
    /// Whether the message was taken.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    pub(super) fn is_gone(&self) -> bool {
        self.status == Some(GONE)
    }

    pub(super) fn failure(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// Sends a message, signed for the moment of the attempt: receivers refuse what is older than a few minutes.
pub(super) async fn attempt(
    outbound: &Outbound,
    url: &str,
    secrets: &[WebhookSecret],
    (id, body): (&str, String),
    now: Timestamp,
) -> Answer {
    let Ok(url) = Url::parse(url) else { return Answer::failure("this is no URL".to_owned()) };
    let unix_seconds = now.unix_ms().div_euclid(1_000);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", unix_seconds.to_string()),
        ("webhook-signature", signatures(secrets, id, unix_seconds, &body)),
    ] {
        // An id, a number and base64 are all text that a header may have.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let span = traces::of_delivery();
    let posted = outbound.post(&url, headers, Bytes::from(body), MAX_ANSWER_BYTES).await;
    span.called(posted.as_ref().map(|posted| posted.status));
    match posted {
        Ok(posted) => {
            let answer = Answer { status: Some(posted.status), ..Answer::default() };
            if answer.is_success() {
                return answer;
            }
            let is_redirect = (300..400).contains(&posted.status);
            let text = String::from_utf8_lossy(&posted.body).into_owned();
            Answer {
                error: is_redirect.then(|| "a redirect, which is not followed".to_owned()),
                body: Some(text).filter(|text| !text.is_empty()),
                ..answer
            }
        }
        Err(error) => Answer::failure(told(&error)),
    }
}

/// What a backend is told of a failure: neither which private address a name has nor whether it has one, which it could
/// not ask itself.
fn told(error: &OutboundError) -> String {
    match error {
        OutboundError::NotPublic { .. } | OutboundError::NotHttps(_) | OutboundError::Name { .. } => {
            "this host has no address that may be called".to_owned()
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::{io, net::IpAddr, sync::Arc};

    use async_trait::async_trait;
    use notification_bell_protocol::Timestamp;

    use super::{Answer, attempt, told};
    use crate::outbound::{Outbound, OutboundError, Timeouts, allowed::OutboundAllow, resolver::Resolver};

    /// Every name is this machine.
    struct Loopback;

    #[async_trait]
    impl Resolver for Loopback {
        async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec!["127.0.0.1".parse().unwrap()])
        }
    }

    #[tokio::test]
    async fn a_public_name_that_leads_to_this_machine_is_not_called() {
        let outbound = Outbound::new(OutboundAllow::default(), Arc::new(Loopback), Timeouts::default());
        let message = ("id", "{}".to_owned());
        let answer =
            attempt(&outbound, "https://hook.example/", &[], message, Timestamp::from_unix_ms(0)).await;
        assert_eq!(answer, Answer::failure("this host has no address that may be called".to_owned()));
    }

    #[test]
    fn two_hundreds_are_success_and_nothing_else_is() {
        for (status, is_success) in
            [(199, false), (200, true), (204, true), (299, true), (300, false), (410, false)]
        {
            let answer = Answer { status: Some(status), ..Answer::default() };
            assert_eq!((answer.is_success(), answer.is_gone()), (is_success, status == 410), "{status}");
        }
        assert!(!Answer::failure("no".to_owned()).is_success());
    }

    #[test]
    fn which_private_address_a_name_has_is_not_told() {
        let error =
            OutboundError::NotPublic { host: "db.internal".to_owned(), address: "10.1.2.3".parse().unwrap() };
        assert!(!told(&error).contains("10.1.2.3"));
        let unknown = OutboundError::Name { host: "db.internal".to_owned(), cause: "unknown".to_owned() };
        assert_eq!(told(&unknown), told(&error), "nor whether it has one");
    }
}
