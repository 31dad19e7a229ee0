//! The limit of open files, each connection being one.

use std::io;

use tokio::sync::Semaphore;

/// Open files that are not connections: the database, the log, the listener itself.
const OTHER_FILES: u64 = 64;

/// How many connections there may be: as many as files may be opened, once that limit is as high as it goes.
pub(super) fn places() -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of open files cannot be raised");
        1_024
    });
    usize::try_from(files.saturating_sub(OTHER_FILES).max(1))
        .unwrap_or(usize::MAX)
        .min(Semaphore::MAX_PERMITS)
}

/// Whether that is why a connection was not accepted.
pub(super) fn is_lack_of_files(error: &io::Error) -> bool {
    /// `ENFILE` and `EMFILE`, the same numbers on every Unix.
    const LACK_OF_FILES: [i32; 2] = [23, 24];
    error.raw_os_error().is_some_and(|number| LACK_OF_FILES.contains(&number))
}
