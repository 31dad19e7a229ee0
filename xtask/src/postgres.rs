//! A PostgreSQL for the tests from outside, which is there as long as they run.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// It starts one, and ends it when its input ends.
const SCRIPT: &str = include_str!("../../tests/postgres.sh");

/// A running PostgreSQL.
pub(crate) struct Postgres {
    folder: PathBuf,
    process: Child,
}

impl Postgres {
    /// Starts one with the programs of this folder.
    ///
    /// # Errors
    /// If it does not start.
    pub(crate) fn start(workspace: &Workspace, programs: &Path) -> Result<Self, Failure> {
        let mut command = workspace.command("sh");
        command.args([OsStr::new("-c"), OsStr::new(SCRIPT), OsStr::new("sh"), programs.as_os_str()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let failed = |source| Failure::Start { command: "PostgreSQL".to_owned(), source };
        let mut process = command.spawn().map_err(failed)?;
        let mut folder = String::new();
        if let Some(said) = &mut process.stdout {
            BufReader::new(said).read_line(&mut folder).map_err(failed)?;
        }
        if folder.is_empty() {
            return Err(Failure::Missing {
                what: format!("PostgreSQL ({}) does not start.", programs.display()),
                remedy: "What it said is above.".to_owned(),
            });
        }
        Ok(Self { folder: PathBuf::from(folder.trim_end()), process })
    }

    /// The folder of its socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // However it ends, nothing more can be done about it.
        let _ = self.process.wait();
    }
}
