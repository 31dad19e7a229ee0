//! A provider of JWTs: a key set served on loopback, and tokens signed with its keys.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{Router, extract::State, http::StatusCode, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use crate::Installation;

/// A key that signs with ES256.
#[derive(Debug)]
pub struct SigningKey {
    /// Its name in the key set.
    pub kid: String,
    pair: EcdsaKeyPair,
}

impl SigningKey {
    /// A new key.
    #[must_use]
    pub fn new(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
        Self { kid: kid.to_owned(), pair }
    }

    /// Its public part, as it stands in a key set.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": text(x), "y": text(y)})
    }

    /// A token with these claims.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        self.token_with_header(&json!({"alg": "ES256", "typ": "JWT", "kid": self.kid}), claims)
    }

    /// A token with this header, whatever that says, and these claims.
    #[must_use]
    pub fn token_with_header(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a key signs");
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

#[derive(Debug)]
struct Published {
    keys: Mutex<Option<Value>>,
    fetches: AtomicUsize,
    /// Whether it answers at once.
    answers: watch::Sender<bool>,
}

/// A provider with a key set on loopback.
#[derive(Debug)]
pub struct Provider {
    /// The key that it signs with.
    pub key: SigningKey,
    address: SocketAddr,
    published: Arc<Published>,
}

impl Provider {
    /// A provider that publishes its one key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (keys, fetches) = (Mutex::default(), AtomicUsize::new(0));
        let published = Arc::new(Published { keys, fetches, answers: watch::channel(true).0 });
        let router = Router::new().route("/jwks", get(show_keys)).with_state(Arc::clone(&published));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let key = SigningKey::new("first");
        let provider = Self { key, address, published };
        provider.publish(&json!([provider.key.jwk()]));
        provider
    }

    /// Where its key set is.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    /// The `iss` of its tokens.
    #[must_use]
    pub fn issuer(&self) -> &'static str {
        "https://login.example"
    }

    /// Has the first project of an installation trust it, under a name and with further options of `provider add`.
    pub async fn add_to(&self, installation: &Installation, name: &str, options: &[&str]) {
        let jwks = self.jwks_url();
        let add = ["provider", "add", "--name", name, "--jwks", &jwks, "--issuer", self.issuer()];
        installation.succeed(&[&add[..], options].concat()).await;
    }

    /// Publishes these keys instead of the ones before.
    pub fn publish(&self, keys: &Value) {
        self.publish_instead(&json!({"keys": keys}));
    }

    /// Publishes another document where the keys should be.
    pub fn publish_instead(&self, document: &Value) {
        *self.lock() = Some(document.clone());
    }

    /// From now on it answers with 503.
    pub fn go_down(&self) {
        *self.lock() = None;
    }

    /// From now on whoever asks waits for [`Provider::release`].
    pub fn hold(&self) {
        self.published.answers.send_replace(false);
    }

    /// Answers those who wait, and everybody after them at once.
    pub fn release(&self) {
        self.published.answers.send_replace(true);
    }

    /// How often its key set was asked for.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    /// Claims of a user's token that lasts for five minutes.
    #[must_use]
    pub fn claims(&self, user_id: &str) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({"iss": self.issuer(), "aud": "bell", "sub": user_id, "iat": now, "exp": now + 300})
    }

    /// A user's token that lasts for five minutes.
    #[must_use]
    pub fn token(&self, user_id: &str) -> String {
        self.key.token(&self.claims(user_id))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Value>> {
        self.published.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn show_keys(State(published): State<Arc<Published>>) -> Result<axum::Json<Value>, StatusCode> {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    // The sender is in what is published, which this holds.
    let _ = published.answers.subscribe().wait_for(|answers| *answers).await;
    let keys = published.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
    keys.map(axum::Json).ok_or(StatusCode::SERVICE_UNAVAILABLE)
}
