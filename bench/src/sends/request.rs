//! What is sent, made once: only numbers change from one request to the next.

use std::net::SocketAddr;

use serde_json::json;

/// A number in a request, so long that the length is always the same.
pub(crate) const LONG: &str = "000000000";
/// The same for users whose inboxes `inboxes` has filled: their names are no longer than their numbers.
pub(crate) const SHORT: &str = "0000";

/// A request with places for a number.
#[derive(Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    places: Vec<(usize, usize)>,
}

impl Request {
    /// A durable send to one user, whose number is put in with as many digits as `user` has. With `named`, under an
    /// idempotency key of its own, which begins with that word.
    pub(crate) fn send(address: SocketAddr, key: &str, named: Option<&str>, user: &str) -> Self {
        let body = json!({
            "to": { "users": [format!("user-{user}")] },
            "title": "Invoice 3318 was paid",
            "body": "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
            "url": "/invoices/3318",
            "category": "billing",
        })
        .to_string();
        let idempotency = named.map(|word| format!("idempotency-key: {word}-{LONG}\r\n")).unwrap_or_default();
        Self::new(&format!(
            "POST /api/v1/notifications HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\n{idempotency}content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// A publish of nchan's to one channel, of about the same size.
    pub(crate) fn publish(address: SocketAddr) -> Self {
        let body = json!({
            "title": "Invoice 3318 was paid",
            "body": "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
            "url": "/invoices/3318",
            "category": "billing",
        })
        .to_string();
        Self::new(&format!(
            "POST /publish/user-{LONG} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn new(text: &str) -> Self {
        let long = text.match_indices(LONG).map(|(place, _)| (place, LONG.len()));
        let name = format!("\"user-{SHORT}\"");
        let number_at = name.len() - 1 - SHORT.len();
        let short = text.match_indices(&name).map(|(place, _)| (place + number_at, SHORT.len()));
        Self { bytes: text.as_bytes().to_vec(), places: long.chain(short).collect() }
    }

    /// The request with these numbers, in the order of its places; the last one is for all further places.
    pub(crate) fn with(&mut self, numbers: &[u64]) -> &[u8] {
        for (index, (place, digits)) in self.places.iter().enumerate() {
            let mut rest = numbers.get(index).or(numbers.last()).copied().unwrap_or(0);
            for digit in self.bytes[*place..place + digits].iter_mut().rev() {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
                rest /= 10;
            }
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Request, SHORT};

    #[test]
    fn only_the_numbers_change() {
        let mut request = Request::send(([127, 0, 0, 1], 1).into(), "ak_x", Some("k"), LONG);
        let text = String::from_utf8(request.with(&[7, 42]).to_vec()).unwrap();
        assert!(text.contains("idempotency-key: k-000000007\r\n"), "{text}");
        assert!(text.contains("\"user-000000042\""), "{text}");
        let length: usize =
            text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        assert_eq!(text.split("\r\n\r\n").nth(1).unwrap().len(), length);
        let mut request = Request::send(([127, 0, 0, 1], 1).into(), "ak_x", None, SHORT);
        let text = String::from_utf8(request.with(&[1_042]).to_vec()).unwrap();
        assert!(text.contains("\"user-1042\""), "{text}");
    }
}
