//! A hash of files and folders, by which one knows whether anything in them changed.
//!
//! Contents rather than modification times: a checkout, a branch switch or a restored CI cache changes times without
//! changing files, and a file moved in from elsewhere may be older than what was built without it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// The SHA-256, in hex, of the names and contents of everything under `paths`, which are relative to `root`.
/// What is not there counts as such; files whose name begins with a dot do not count, editors leave them behind.
///
/// # Errors
/// If something is there but cannot be read.
pub(crate) fn of(root: &Path, paths: &[&str]) -> Result<String, Failure> {
    let mut files = Vec::new();
    for path in paths {
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes();
        let contents = fs::read(&file).map_err(Failure::file("read", &file))?;
        // Lengths keep the end of one part from being taken for the beginning of the next.
        for part in [name, &contents] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).map_err(Failure::file("read", path))? {
            let entry = entry.map_err(Failure::file("read", path))?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, contents) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents).unwrap();
        }
        folder
    }

    fn fingerprint(files: &[(&str, &str)]) -> String {
        of(folder(files).path(), &["src", "Cargo.toml"]).unwrap()
    }

    #[test]
    fn the_same_files_elsewhere_have_the_same_fingerprint() {
        let files = [("src/lib.rs", "a"), ("src/view/bell.rs", "b"), ("Cargo.toml", "c")];
        assert_eq!(fingerprint(&files), fingerprint(&files));
    }

    #[test]
    fn a_change_a_new_name_and_a_missing_file_show() {
        let before = fingerprint(&[("src/lib.rs", "a"), ("src/bell.rs", "b")]);
        assert_ne!(before, fingerprint(&[("src/lib.rs", "a"), ("src/bell.rs", "c")]));
        assert_ne!(before, fingerprint(&[("src/lib.rs", "a"), ("src/badge.rs", "b")]));
        assert_ne!(before, fingerprint(&[("src/lib.rs", "a")]));
    }

    #[test]
    fn text_that_moves_from_one_file_to_the_next_shows() {
        let before = fingerprint(&[("src/a", "xy"), ("src/b", "z")]);
        assert_ne!(before, fingerprint(&[("src/a", "x"), ("src/b", "yz")]));
    }

    #[test]
    fn what_is_not_listed_and_what_editors_leave_behind_do_not_count() {
        let before = fingerprint(&[("src/lib.rs", "a")]);
        assert_eq!(before, fingerprint(&[("src/lib.rs", "a"), ("docs/a.md", "b"), ("src/.lib.rs.swp", "c")]));
    }
}
