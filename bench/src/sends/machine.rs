//! What the machine says: the time of a process on the processors, and that of the disk.

use std::{
    fs::{self, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

/// Of Linux, wherever it runs on these processors.
const TICKS_A_SECOND: u32 = 100;
const PAGE: [u8; 4_096] = [0x5A; 4_096];
const SYNCS: usize = 200;

/// How long a process has been running on a processor, with what the system did for it; `None` where there is no `/proc`.
pub(super) fn processor_time(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, which may have anything in it but for a last parenthesis.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u32 = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(Duration::from_secs(1) * ticks / TICKS_A_SECOND)
}

/// How long the disk below a folder takes to keep a page that is written over an older one, which is what a commit waits
/// for at least.
pub(super) fn sync_times(folder: &Path) -> io::Result<Vec<Duration>> {
    let path = folder.join("bench-sync");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    file.write_all(&PAGE)?;
    file.sync_all()?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.seek(SeekFrom::Start(0))?;
        let began = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    fs::remove_file(&path)?;
    Ok(times)
}
