//! Who uses a database file: everybody at the same time, or one who replaces it.
//!
//! SQLite's own locks are on the file that is replaced: whoever waited for one would go on with the old file. These
//! are on a file beside it, which stays.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Held as long as the file is used.
pub(super) struct Occupancy {
    _file: File,
}

/// Why a file cannot be used now.
#[derive(Debug)]
pub(super) enum Occupied {
    /// Somebody else uses it, or replaces it.
    ByOthers,
    /// The file beside it cannot be made.
    Unknown(io::Error),
}

impl Occupancy {
    /// To read and write, beside others who do.
    pub(super) fn shared(database: &Path) -> Result<Self, Occupied> {
        let file = open(database)?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(Occupied::ByOthers),
            // A file system without locks has nobody kept out, which matters only to those who restore.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _file: file }),
        }
    }

    /// To replace it, alone.
    pub(super) fn alone(database: &Path) -> Result<Self, Occupied> {
        let file = open(database)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Occupied::ByOthers),
            Err(TryLockError::Error(error)) => Err(Occupied::Unknown(error)),
        }
    }
}

fn open(database: &Path) -> Result<File, Occupied> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(beside(database, "lock")).map_err(Occupied::Unknown)
}

/// A path beside the database, with something after its whole name.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::{Occupancy, Occupied};

    #[test]
    fn many_use_a_file_or_one_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("bell.db");
        let (one, two) = (Occupancy::shared(&database).unwrap(), Occupancy::shared(&database).unwrap());
        drop(one);
        assert!(matches!(Occupancy::alone(&database), Err(Occupied::ByOthers)));
        drop(two);
        let _alone = Occupancy::alone(&database).unwrap();
        assert!(matches!(Occupancy::shared(&database), Err(Occupied::ByOthers)));
        assert!(matches!(Occupancy::alone(&database), Err(Occupied::ByOthers)));
    }
}
