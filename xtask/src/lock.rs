//! One at a time: whoever installs tools or builds the component holds this lock.

use std::fs::{self, File, TryLockError};

use crate::failure::Failure;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Held until it is dropped; the system lets go of it too when the process dies, so it never has to be removed.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other `cargo xtask` of this workspace holds it, and says so.
    ///
    /// # Errors
    /// If the file cannot be made or locked.
    pub(crate) fn acquire(workspace: &Workspace, terminal: Terminal) -> Result<Self, Failure> {
        fs::create_dir_all(&workspace.tools).map_err(Failure::file("create", &workspace.tools))?;
        let path = workspace.tools.join("lock");
        let file = File::create(&path).map_err(Failure::file("create", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                terminal.note("waiting for another `cargo xtask` to finish its set-up");
                file.lock().map_err(Failure::file("lock", &path))?;
            }
            Err(TryLockError::Error(source)) => return Err(Failure::file("lock", &path)(source)),
        }
        Ok(Self { _file: file })
    }
}
