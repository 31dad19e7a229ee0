//! What the server sees of a request, told to its operator's `doctor` and to nobody else.
//!
//! From outside one cannot tell whose address a limit counts, or by which version of HTTP a proxy asks. Whoever asks has
//! to have the master key, because the answer names addresses of the inside.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    auth::master_key::{MasterKey, MasterKeyError},
    randomness::Randomness,
};

/// The header that asks.
pub const ASKS: HeaderName = HeaderName::from_static("bell-doctor");
/// The header that answers.
pub const SAW: HeaderName = HeaderName::from_static("bell-doctor-saw");
const PURPOSE: &str = "doctor";
/// An asking header is shorter.
const MAX_ASKING_BYTES: usize = 128;

/// What the server saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Saw {
    /// The version of HTTP: that of the proxy, if there is one.
    pub version: String,
    /// Who connected.
    pub peer: IpAddr,
    /// Whom it takes for the client.
    pub client: IpAddr,
    /// Whether it believes what the one who connected says about the client.
    pub is_peer_trusted: bool,
    /// Whether anything was said about the client.
    pub is_client_named: bool,
    /// Its clock, in Unix milliseconds.
    pub now_ms: i64,
    /// The address that it takes for its own.
    pub public_url: String,
}

/// What asks, for a header.
///
/// # Errors
/// See [`MasterKey::seal`].
pub fn asking(master_key: &MasterKey, randomness: &dyn Randomness) -> Result<String, MasterKeyError> {
    Ok(BASE64URL_NOPAD.encode(&master_key.seal(PURPOSE, &[], randomness)?))
}

/// The extractor of what there is to say: nothing, to almost everybody.
pub struct Observed(Option<HeaderValue>);

impl Observed {
    /// Says it in an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        if let Some(saw) = self.0 {
            headers.insert(SAW, saw);
        }
    }
}

impl FromRequestParts<Arc<App>> for Observed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let Some(asking) = parts.headers.get(ASKS) else { return Ok(Self(None)) };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let Some(peer) = peer.filter(|_| is_genuine(&app.master_key, asking)) else { return Ok(Self(None)) };
        let headers = &parts.headers;
        let saw = Saw {
            version: format!("{:?}", parts.version),
            peer: peer.to_canonical(),
            client: app.trusted_proxies.client(peer, headers).0,
            is_peer_trusted: app.trusted_proxies.trusts(peer),
            is_client_named: headers.contains_key(header::FORWARDED)
                || headers.contains_key("x-forwarded-for"),
            now_ms: app.clock.now().unix_ms(),
            public_url: app.public_url.clone(),
        };
        Ok(Self(serde_json::to_string(&saw).ok().and_then(|saw| HeaderValue::try_from(saw).ok())))
    }
}

fn is_genuine(master_key: &MasterKey, asking: &HeaderValue) -> bool {
    let bytes = asking.as_bytes();
    let sealed = (bytes.len() <= MAX_ASKING_BYTES).then(|| BASE64URL_NOPAD.decode(bytes).ok()).flatten();
    sealed.is_some_and(|sealed| master_key.open(PURPOSE, &sealed).is_ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use data_encoding::BASE64URL_NOPAD;

    use super::{asking, is_genuine};
    use crate::{auth::master_key::MasterKey, randomness::test::CountedRandomness};

    #[test]
    fn only_who_has_the_master_key_is_told() {
        let [key, other] =
            ["BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="]
                .map(|key| MasterKey::from_base64(key).unwrap());
        let randomness = CountedRandomness::default();
        let genuine = |text: &str| is_genuine(&key, &HeaderValue::from_str(text).unwrap());
        assert!(genuine(&asking(&key, &randomness).unwrap()));
        assert!(!genuine(&asking(&other, &randomness).unwrap()));
        for text in ["", "1", "doctor", &"A".repeat(60), &"A".repeat(10_000)] {
            assert!(!genuine(text), "{text}");
        }
        let for_something_else = key.seal("project secret", &[], &randomness).unwrap();
        assert!(!genuine(&BASE64URL_NOPAD.encode(&for_something_else)));
    }
}
