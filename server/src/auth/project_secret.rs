//! A project's secret, sealed while it is kept.

use super::master_key::{MasterKey, MasterKeyError};
use crate::{randomness::Randomness, store::Project};

const PURPOSE: &str = "project secret";

/// Seals the secret of a project to be.
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

/// The secret of a project.
///
/// # Errors
/// If the master key is not the one it was sealed under.
pub fn open(master_key: &MasterKey, project: &Project) -> Result<String, MasterKeyError> {
    String::from_utf8(master_key.open(PURPOSE, &project.sealed_secret)?).map_err(|_| MasterKeyError::Opening)
}
