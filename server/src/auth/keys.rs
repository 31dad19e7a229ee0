//! The three kinds of project keys: what they look like, how they are made, and how they are told apart.

use sha2::{Digest, Sha256};

use crate::randomness::Randomness;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BACKEND_RANDOM: usize = 37;
const BACKEND_CHECKSUM: usize = 6;

/// What a key is for, told by its prefix, so that a scanner finds a leaked one and a swapped one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `pk_` and 24 characters: names the project in the browser.
    Public,
    /// `sk_` and 43 characters: proves user ids.
    Secret,
    /// `ak_`, 37 characters and a checksum of 6: a backend's, for sending and managing.
    Backend,
}

impl KeyKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Public => "pk_",
            Self::Secret => "sk_",
            Self::Backend => "ak_",
        }
    }

    /// The kind whose prefix a text has.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        [Self::Public, Self::Secret, Self::Backend].into_iter().find(|kind| text.starts_with(kind.prefix()))
    }

    /// A new key of this kind.
    #[must_use]
    pub fn generate(self, randomness: &dyn Randomness) -> String {
        let length = match self {
            Self::Public => 24,
            Self::Secret => 43,
            Self::Backend => BACKEND_RANDOM,
        };
        let random: String = (0..length)
            .map(|_| char::from(BASE62[usize::try_from(randomness.below(62)).unwrap_or(0)]))
            .collect();
        let mut key = [self.prefix(), &random].concat();
        if self == Self::Backend {
            key.push_str(&checksum(&random));
        }
        key
    }
}

/// The CRC-32 of the random part in six base62 digits: tells a mistyped key from a wrong one without the database.
fn checksum(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut digits = [b'0'; BACKEND_CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

/// Why a text cannot be a backend's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendKeyFault {
    /// A key for another purpose.
    #[error("this is not a backend's key: those begin with ak_")]
    Kind,
    /// Its checksum does not fit: it was cut off or mistyped.
    #[error("the key is damaged: its checksum does not fit, so it was cut off or mistyped")]
    Checksum,
}

/// Looks whether a text has the form of a backend's key.
///
/// # Errors
/// If it has not.
pub fn inspect_backend_key(text: &str) -> Result<(), BackendKeyFault> {
    let rest = text.strip_prefix(KeyKind::Backend.prefix()).ok_or(BackendKeyFault::Kind)?;
    if rest.len() != BACKEND_RANDOM + BACKEND_CHECKSUM || !rest.is_ascii() {
        return Err(BackendKeyFault::Checksum);
    }
    let (random, sum) = rest.split_at(BACKEND_RANDOM);
    if checksum(random) == sum { Ok(()) } else { Err(BackendKeyFault::Checksum) }
}

/// What is kept of a backend's key. No slow hash: there is nothing to guess in 220 random bits.
#[must_use]
pub fn backend_key_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

#[cfg(test)]
mod tests {
    use super::{BackendKeyFault, KeyKind, inspect_backend_key};
    use crate::randomness::{Randomness, test::CountedRandomness};

    fn generate(kind: KeyKind) -> String {
        let randomness: &dyn Randomness = &CountedRandomness::default();
        kind.generate(randomness)
    }

    #[test]
    fn each_kind_has_its_prefix_and_length() {
        for (kind, prefix, length) in
            [(KeyKind::Public, "pk_", 27), (KeyKind::Secret, "sk_", 46), (KeyKind::Backend, "ak_", 46)]
        {
            let key = generate(kind);
            assert!(key.starts_with(prefix) && key.len() == length, "{key}");
            assert!(key[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(KeyKind::of(&key), Some(kind));
        }
        assert_eq!(KeyKind::of("114ee22a-067b-11ed"), None);
    }

    #[test]
    fn a_mistyped_backend_key_is_told_from_a_wrong_one() {
        let key = generate(KeyKind::Backend);
        assert_eq!(inspect_backend_key(&key), Ok(()));
        assert_eq!(inspect_backend_key(&key[..45]), Err(BackendKeyFault::Checksum));
        let mistyped =
            if key.contains('A') { key.replacen('A', "B", 1) } else { key.replacen(&key[5..6], "_", 1) };
        assert_eq!(inspect_backend_key(&mistyped), Err(BackendKeyFault::Checksum));
        assert_eq!(inspect_backend_key(&generate(KeyKind::Public)), Err(BackendKeyFault::Kind));
    }
}
