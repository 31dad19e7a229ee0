//! What the machine says: the time of a process on the processors, and that of the disk.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Of Linux, wherever it runs on these processors.
const TICKS_A_SECOND: u32 = 100;
const PAGE: [u8; 4_096] = [0x5A; 4_096];
const SYNCS: usize = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// How long a process has been running on a processor, with what the system did for it; `None` where there is no `/proc`.
pub(crate) fn processor_time(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, which may have anything in it but for a last parenthesis.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u32 = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(Duration::from_secs(1) * ticks / TICKS_A_SECOND)
}

/// How long the disk below a folder takes to keep a page that is written over an older one, which is what a commit waits
/// for at least.
pub(crate) fn sync_times(folder: &Path) -> io::Result<Vec<Duration>> {
    let mut page = Page::within(folder)?;
    let times = (0..SYNCS).map(|_| page.keep()).collect();
    page.remove()?;
    times
}

/// One page of a file, over and over again.
struct Page {
    path: PathBuf,
    file: File,
}

impl Page {
    fn within(folder: &Path) -> io::Result<Self> {
        let path = folder.join("bench-sync");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
        file.write_all(&PAGE)?;
        file.sync_all()?;
        Ok(Self { path, file })
    }

    /// How long it takes to write it.
    fn keep(&mut self) -> io::Result<Duration> {
        self.file.seek(SeekFrom::Start(0))?;
        let began = Instant::now();
        self.file.write_all(&PAGE)?;
        self.file.sync_data()?;
        Ok(began.elapsed())
    }

    fn remove(self) -> io::Result<()> {
        fs::remove_file(self.path)
    }
}

/// The same again and again, with a pause after each, while something else goes on.
pub(crate) struct Disk {
    stop: Arc<AtomicBool>,
    watching: JoinHandle<io::Result<Vec<Duration>>>,
}

impl Disk {
    pub(crate) fn watch(folder: &Path) -> Self {
        let (folder, stop) = (folder.to_owned(), Arc::<AtomicBool>::default());
        let stopped = Arc::clone(&stop);
        let watching = thread::spawn(move || {
            let mut page = Page::within(&folder)?;
            let mut times = vec![page.keep()?];
            while !stopped.load(Ordering::Relaxed) {
                thread::sleep(PAUSE);
                times.push(page.keep()?);
            }
            page.remove()?;
            Ok(times)
        });
        Self { stop, watching }
    }

    /// Ends it.
    pub(crate) fn times(self) -> io::Result<Vec<Duration>> {
        self.stop.store(true, Ordering::Relaxed);
        self.watching.join().unwrap_or_else(|_| Err(io::Error::other("the watch of the disk panicked")))
    }
}
