//! Tries the ways in which a proof may have been made, each right or with one known mistake, in every combination: people
//! make two at once, and each hides the other.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// One way of doing a part of it.
pub(super) struct Way {
    /// What it comes to.
    pub(super) value: Vec<u8>,
    /// What is wrong about it; nothing about the right way.
    pub(super) mistake: Option<Cow<'static, str>>,
}

impl Way {
    pub(super) fn right(value: impl Into<Vec<u8>>) -> Self {
        Self { value: value.into(), mistake: None }
    }

    pub(super) fn wrong(value: impl Into<Vec<u8>>, mistake: impl Into<Cow<'static, str>>) -> Self {
        Self { value: value.into(), mistake: Some(mistake.into()) }
    }
}

/// The mistakes of the combination that gives the MAC, and has the fewest of them; `None` if none gives it.
pub(super) fn search(macs: &[Way], keys: &[Way], messages: &[Way]) -> Option<Vec<Cow<'static, str>>> {
    let mut fewest: Option<Vec<Cow<'static, str>>> = None;
    for key in keys {
        for message in messages {
            for (digest, algorithm) in digests(&key.value, &message.value) {
                for mac in macs.iter().filter(|mac| mac.value == digest) {
                    let mistakes: Vec<_> =
                        [&mac.mistake, &key.mistake, &message.mistake, &algorithm.map(Cow::Borrowed)]
                            .into_iter()
                            .flatten()
                            .cloned()
                            .collect();
                    if fewest.as_ref().is_none_or(|fewest| mistakes.len() < fewest.len()) {
                        fewest = Some(mistakes);
                    }
                }
            }
        }
    }
    fewest
}

/// What the algorithms that people reach for give, and what is wrong with each.
fn digests(key: &[u8], message: &[u8]) -> [(Vec<u8>, Option<&'static str>); 6] {
    let both = |first: &[u8], second: &[u8]| Sha256::digest([first, second].concat()).to_vec();
    let no_hmac = Some("it is a plain SHA-256 and no HMAC: use an HMAC function, with the secret as its key");
    [
        (mac::<Hmac<Sha256>>(key, message), None),
        (mac::<Hmac<Sha1>>(key, message), Some("it is an HMAC-SHA1: use HMAC-SHA256")),
        (mac::<Hmac<Sha384>>(key, message), Some("it is an HMAC-SHA384: use HMAC-SHA256")),
        (mac::<Hmac<Sha512>>(key, message), Some("it is an HMAC-SHA512: use HMAC-SHA256")),
        (both(key, message), no_hmac),
        (both(message, key), no_hmac),
    ]
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length (RFC 2104, section 2); nothing is no MAC.
    <M as KeyInit>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}
