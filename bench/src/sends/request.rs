//! What is sent, made once: only numbers change from one request to the next.

use std::net::SocketAddr;

use serde_json::json;

/// So many digits has a number in a request, so that its length is always the same.
const DIGITS: usize = 9;
const NUMBER: &str = "000000000";

/// A request with places for a number.
#[derive(Clone)]
pub(super) struct Request {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Request {
    /// A durable send to one user, whose number is put in. With `named`, under an idempotency key of its own, which begins
    /// with that word.
    pub(super) fn send(address: SocketAddr, key: &str, named: Option<&str>) -> Self {
        let body = json!({
            "to": { "users": [format!("user-{NUMBER}")] },
            "title": "Invoice 3318 was paid",
            "body": "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
            "url": "/invoices/3318",
            "category": "billing",
        })
        .to_string();
        let idempotency =
            named.map(|word| format!("idempotency-key: {word}-{NUMBER}\r\n")).unwrap_or_default();
        Self::new(&format!(
            "POST /api/v1/notifications HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\n{idempotency}content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// A publish of nchan's to one channel, of about the same size.
    pub(super) fn publish(address: SocketAddr) -> Self {
        let body = json!({
            "title": "Invoice 3318 was paid",
            "body": "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
            "url": "/invoices/3318",
            "category": "billing",
        })
        .to_string();
        Self::new(&format!(
            "POST /publish/user-{NUMBER} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn new(text: &str) -> Self {
        let places = text.match_indices(NUMBER).map(|(place, _)| place).collect();
        Self { bytes: text.as_bytes().to_vec(), places }
    }

    /// The request with these numbers, in the order of its places; the last one is for all further places.
    pub(super) fn with(&mut self, numbers: &[u64]) -> &[u8] {
        for (index, place) in self.places.iter().enumerate() {
            let mut rest = numbers.get(index).or(numbers.last()).copied().unwrap_or(0);
            for digit in self.bytes[*place..place + DIGITS].iter_mut().rev() {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
                rest /= 10;
            }
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn only_the_numbers_change() {
        let mut request = Request::send(([127, 0, 0, 1], 1).into(), "ak_x", Some("k"));
        let text = String::from_utf8(request.with(&[7, 42]).to_vec()).unwrap();
        assert!(text.contains("idempotency-key: k-000000007\r\n"), "{text}");
        assert!(text.contains("\"user-000000042\""), "{text}");
        let length: usize =
            text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        assert_eq!(text.split("\r\n\r\n").nth(1).unwrap().len(), length);
    }
}
