//! A file that is written beside the place it is for, and is there whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::occupancy::beside;
use crate::randomness::Randomness;

/// The file while it is written. Dropped, it is removed.
pub(super) struct Draft {
    path: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// An empty one, for its owner alone.
    pub(super) fn new(place: &Path, randomness: &dyn Randomness) -> io::Result<Self> {
        let path = beside(place, &format!("{:016x}.draft", u64::from_le_bytes(randomness.bytes())));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?;
        Ok(Self { path, place: place.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place, where it survives a loss of power. Gives how many bytes it has.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if something is there and is not to be replaced.
    pub(super) fn put_in_place(self, replace: bool) -> io::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        if replace {
            fs::rename(&self.path, &self.place)?;
        } else {
            // Unlike a rename, a link never takes the place of what is there.
            fs::hard_link(&self.path, &self.place)?;
        }
        let folder = self.place.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Renamed, it is no longer there.
        let _ = fs::remove_file(&self.path);
        for ending in ["-wal", "-shm", "-journal"] {
            let mut beside = self.path.as_os_str().to_owned();
            beside.push(ending);
            let _ = fs::remove_file(beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io, os::unix::fs::PermissionsExt};

    use super::Draft;
    use crate::randomness::{Randomness, test::CountedRandomness};

    #[test]
    fn it_is_there_whole_and_for_its_owner_alone_or_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("backup");
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let draft = || {
            let draft = Draft::new(&place, randomness).unwrap();
            fs::write(draft.path(), "whole").unwrap();
            draft
        };
        drop(draft());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(draft().put_in_place(false).unwrap(), 5);
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&place, "before").unwrap();
        assert_eq!(draft().put_in_place(false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&place).unwrap(), b"before");
        draft().put_in_place(true).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
