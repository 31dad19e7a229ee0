//! A receiver of webhooks on loopback, which checks signatures by itself.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::stream;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{ANSWER_LIMIT, within};

/// How far the clocks of sender and receiver may differ, as the scheme's libraries have it.
const TOLERANCE_SECONDS: i64 = 300;

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub enum Answering {
    /// This status, with an empty body.
    Status(u16),
    /// A redirect to this address.
    Redirect(String),
    /// This status, and a body without end.
    Endless(u16),
    /// Nothing at all.
    Silence,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Message {
    headers: HeaderMap,
    /// The body, to the byte.
    pub body: String,
}

#[derive(Debug)]
struct Shared {
    answering: Mutex<Answering>,
    received: UnboundedSender<Message>,
}

/// A receiver that is running.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    messages: UnboundedReceiver<Message>,
}

impl Receiver {
    /// A receiver that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (received, messages) = unbounded_channel();
        let shared = Arc::new(Shared { answering: Mutex::new(Answering::Status(204)), received });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared, messages }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What it does from now on.
    pub fn answer(&self, answering: Answering) {
        *self.shared.answering.lock().unwrap_or_else(PoisonError::into_inner) = answering;
    }

    /// The next message, when it comes.
    pub async fn next(&mut self) -> Message {
        within(ANSWER_LIMIT, "a message to a webhook", self.messages.recv()).await.expect("it is running")
    }

    /// The messages that have come and were not taken yet.
    pub fn waiting(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.messages.try_recv().ok()).collect()
    }
}

impl Message {
    /// A header that has to be there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {:?}", self.headers));
        value.to_str().expect("a header is visible ASCII")
    }

    /// Whether there is a header.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// What it says.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a message is JSON")
    }

    /// How many signatures it has.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.header("webhook-signature").split(' ').count()
    }

    /// Whether a receiver with this secret would take it for genuine, by the Standard Webhooks scheme.
    #[must_use]
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = secret.strip_prefix("whsec_").expect("a secret begins with whsec_");
        let key = BASE64_STANDARD.decode(key).expect("a secret is base64");
        assert!((24..=64).contains(&key.len()), "the scheme asks for 24 to 64 bytes");
        let timestamp = self.header("webhook-timestamp");
        let seconds: i64 = timestamp.parse().expect("a timestamp is in seconds");
        let is_recent = (jiff::Timestamp::now().as_second() - seconds).abs() <= TOLERANCE_SECONDS;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("an HMAC takes a key of any length");
        mac.update(format!("{}.{timestamp}.{}", self.id(), self.body).as_bytes());
        let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        is_recent && self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).expect("a message is UTF-8");
    let answering = shared.answering.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // Nobody listens only when the test is over.
    let _ = shared.received.send(Message { headers, body });
    let status = |status| StatusCode::from_u16(status).expect("a test names a status that there is");
    match answering {
        Answering::Status(number) => status(number).into_response(),
        Answering::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answering::Endless(number) => {
            let piece = Bytes::from(vec![b'x'; 16 * 1_024]);
            let pieces = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
            (status(number), Body::from_stream(pieces)).into_response()
        }
        Answering::Silence => std::future::pending().await,
    }
}
