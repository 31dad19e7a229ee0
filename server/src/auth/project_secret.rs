//! A project's secrets, sealed while they are kept.

use notification_bell_protocol::Timestamp;

use super::{
    master_key::{MasterKey, MasterKeyError},
    proofs::Secrets,
};
use crate::{
    randomness::Randomness,
    store::{PreviousSecret, Project},
};

const PURPOSE: &str = "project secret";

/// Seals a secret.
///
/// # Errors
/// See [`MasterKey::seal`].
pub fn seal(
    master_key: &MasterKey,
    secret: &str,
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, MasterKeyError> {
    master_key.seal(PURPOSE, secret.as_bytes(), randomness)
}

/// The secret before the present one, once it is no longer accepted, and since when: to recognise proofs made with it.
///
/// # Errors
/// If the master key is not the one it was sealed under.
pub fn open_ended(
    master_key: &MasterKey,
    project: &Project,
    now: Timestamp,
) -> Result<Option<(String, Timestamp)>, MasterKeyError> {
    let ended = project.previous_secret.as_ref().filter(|previous| previous.until <= now);
    let open = |previous: &PreviousSecret| {
        let secret = String::from_utf8(master_key.open(PURPOSE, &previous.sealed)?);
        Ok((secret.map_err(|_| MasterKeyError::Opening)?, previous.until))
    };
    ended.map(open).transpose()
}

/// The secrets of a project that count now.
///
/// # Errors
/// If the master key is not the one they were sealed under.
pub fn open(master_key: &MasterKey, project: &Project, now: Timestamp) -> Result<Secrets, MasterKeyError> {
    let open = |sealed: &[u8]| {
        String::from_utf8(master_key.open(PURPOSE, sealed)?).map_err(|_| MasterKeyError::Opening)
    };
    let previous = project.previous_secret.as_ref().filter(|previous| previous.until > now);
    Ok(Secrets {
        current: open(&project.sealed_secret)?,
        previous: previous.map(|previous| open(&previous.sealed)).transpose()?,
    })
}
