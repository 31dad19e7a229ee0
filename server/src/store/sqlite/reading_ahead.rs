//! Having the system read the database's file into its memory when a server starts.
//!
//! Each send changes pages all over the file, and the writer waits for one after the other if they are on disk only:
//! all sends of the first seconds would stand in line. Read from one end to the other, they come many times as quickly.

use std::{
    fs::{self, File},
    io::{self, Read},
    mem::ManuallyDrop,
    path::Path,
    thread,
    time::Instant,
};

use super::SqliteStore;

const PIECE_BYTES: usize = 1 << 20;

impl SqliteStore {
    /// Reads the file once, beside whatever else there is to do, if it fits well into the memory that is free. The
    /// system keeps it, or gives the memory to whoever needs it more.
    pub fn read_ahead(path: &Path) {
        let path = path.to_owned();
        // What it is for goes on without it, only slower.
        let _ = thread::Builder::new().name("sqlite-ahead".into()).spawn(move || read_if_it_fits(&path));
    }
}

fn read_if_it_fits(path: &Path) {
    let began = Instant::now();
    let file_bytes = path.metadata().map_or(0, |file| file.len());
    let free_bytes = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available_bytes(&text));
    if free_bytes.is_none_or(|free_bytes| file_bytes > free_bytes / 2) {
        tracing::debug!(file_bytes, free_bytes, "the database is read as it is needed");
        return;
    }
    match read(path) {
        Ok(bytes) => {
            let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(bytes, took_ms, "the database is in the system's memory");
        }
        Err(error) => tracing::debug!(%error, "the database is read as it is needed"),
    }
}

fn read(path: &Path) -> io::Result<u64> {
    // It stays open as long as the process lives: with it would go all locks that SQLite has on the file in this process
    // (<https://sqlite.org/howtocorrupt.html>, section 2.2), and another process could take away the log.
    let mut file = ManuallyDrop::new(File::open(path)?);
    let mut piece = vec![0; PIECE_BYTES];
    let mut total: u64 = 0;
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(total),
            bytes => total = total.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)),
        }
    }
}

/// How much memory can be had, as Linux says it (`proc_meminfo(5)`). Where nothing is said, nobody knows.
fn available_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::{PIECE_BYTES, available_bytes, read};

    #[test]
    fn a_file_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        std::fs::write(&path, vec![7; 2 * PIECE_BYTES + 5]).unwrap();
        assert_eq!(read(&path).unwrap(), 2 * (1 << 20) + 5);
    }

    #[test]
    fn what_is_free_is_what_the_system_says_of_it() {
        let said = "MemTotal:       24683520 kB\nMemFree:          288516 kB\nMemAvailable:   23569408 kB\n";
        assert_eq!(available_bytes(said), Some(23_569_408 * 1_024));
        for said in ["", "MemAvailable:", "MemAvailable: much", "MemAvailable: 99999999999999999999 kB"] {
            assert_eq!(available_bytes(said), None, "{said}");
        }
    }
}
