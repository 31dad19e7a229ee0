//! Encrypted tokens in their compact form (JWE, RFC 7516, section 7.1), in the one way this server makes them:
//! `alg: dir`, `enc: A256GCM` (RFC 7518, sections 4.5 and 5.3).
//!
//! Written here because no crate does this much and no more. `josekit` needs OpenSSL, the licence of `compact_jwt` is
//! not permissive, `jose` is at 0.0.2, `jose-rs` brings RSA, curves and passwords, each a way in that would have to be
//! shut again. `biscuit` brings a second library of ciphers and takes more headers than are ours; it checks this file
//! in the tests.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::randomness::Randomness;

const ALGORITHM: &str = "dir";
const ENCRYPTION: &str = "A256GCM";
const TAG_BYTES: usize = 16;

/// The length of a key.
pub const KEY_BYTES: usize = 32;

/// Not a JWE of this kind, or not sealed under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct JweFault;

/// The protected header. Members that are not ours are refused and not ignored: `zip` would have a stranger's data
/// unpacked, `crit` asks for what we do not know, and `jwk` or `epk` bring keys along.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    typ: String,
    kid: String,
}

/// A JWE whose form is right. Nothing in it is to be believed before [`open`](Self::open) has given its content.
pub struct Jwe<'a> {
    protected: &'a str,
    header: Header,
    nonce: [u8; NONCE_LEN],
    ciphertext: Vec<u8>,
    tag: [u8; TAG_BYTES],
}

/// Encrypts and authenticates a content; the header is authenticated with it and can be read by everybody.
///
/// The nonce is random: one key is good for 2^32 tokens (NIST SP 800-38D, section 8.3).
///
/// # Errors
/// If the cipher refuses, which it does for contents of more than 64 GiB only.
pub fn seal(
    typ: &str,
    kid: &str,
    key: &[u8; KEY_BYTES],
    content: &[u8],
    randomness: &dyn Randomness,
) -> Result<String, JweFault> {
    let header = Header {
        alg: ALGORITHM.to_owned(),
        enc: ENCRYPTION.to_owned(),
        typ: typ.to_owned(),
        kid: kid.to_owned(),
    };
    let protected = BASE64URL_NOPAD.encode(&serde_json::to_vec(&header).map_err(|_| JweFault)?);
    let nonce: [u8; NONCE_LEN] = randomness.bytes();
    let mut text = content.to_vec();
    let tag = cipher(key)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(protected.as_bytes()),
            &mut text,
        )
        .map_err(|_| JweFault)?;
    let [nonce, text, tag] = [&nonce[..], &text, tag.as_ref()].map(|part| BASE64URL_NOPAD.encode(part));
    // The second part would be the encrypted key: with `dir` both sides have it (RFC 7516, section 5.1, step 5).
    Ok(format!("{protected}..{nonce}.{text}.{tag}"))
}

impl<'a> Jwe<'a> {
    /// Takes the text apart: five parts in canonical base64url, the second empty, and a header of ours.
    ///
    /// # Errors
    /// If it has another form.
    pub fn parse(text: &'a str) -> Result<Self, JweFault> {
        let mut parts = text.splitn(5, '.');
        let mut next = || parts.next().ok_or(JweFault);
        let (protected, encrypted_key, nonce, ciphertext, tag) =
            (next()?, next()?, next()?, next()?, next()?);
        if !encrypted_key.is_empty() {
            return Err(JweFault);
        }
        let header = decode(protected)?;
        // serde would take an array of the members for the object, too.
        if header.first() != Some(&b'{') {
            return Err(JweFault);
        }
        let header: Header = serde_json::from_slice(&header).map_err(|_| JweFault)?;
        if header.alg != ALGORITHM || header.enc != ENCRYPTION {
            return Err(JweFault);
        }
        Ok(Self {
            protected,
            header,
            nonce: decode_exactly(nonce)?,
            ciphertext: decode(ciphertext)?,
            // A shorter tag would be easier to guess.
            tag: decode_exactly(tag)?,
        })
    }

    /// The media type of the whole.
    #[must_use]
    pub fn typ(&self) -> &str {
        &self.header.typ
    }

    /// Names the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.header.kid
    }

    /// The content.
    ///
    /// # Errors
    /// If another key sealed it, or anything of it was changed, the header too.
    pub fn open(self, key: &[u8; KEY_BYTES]) -> Result<Vec<u8>, JweFault> {
        decrypt(key, self.protected, self.nonce, self.ciphertext, self.tag)
    }
}

/// RFC 7516, section 5.2, steps 14 to 16: what is authenticated beside the content is the header as it was received.
fn decrypt(
    key: &[u8; KEY_BYTES],
    protected: &str,
    nonce: [u8; NONCE_LEN],
    ciphertext: Vec<u8>,
    tag: [u8; TAG_BYTES],
) -> Result<Vec<u8>, JweFault> {
    let mut content = ciphertext;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = content.len();
    content.extend_from_slice(&tag);
    cipher(key)?.open_in_place(nonce, Aad::from(protected.as_bytes()), &mut content).map_err(|_| JweFault)?;
    content.truncate(length);
    Ok(content)
}

fn cipher(key: &[u8; KEY_BYTES]) -> Result<LessSafeKey, JweFault> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| JweFault)
}

fn decode(part: &str) -> Result<Vec<u8>, JweFault> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JweFault)
}

fn decode_exactly<const LENGTH: usize>(part: &str) -> Result<[u8; LENGTH], JweFault> {
    decode(part)?.try_into().map_err(|_| JweFault)
}

#[cfg(test)]
mod tests;
