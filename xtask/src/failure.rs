//! Why a command could not do its work, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Everything that ends a command with exit code 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something that only the reader can provide.
    #[error("{what}\n{remedy}")]
    Missing { what: String, remedy: String },
    #[error("`{command}` could not be started: {source}")]
    Start { command: String, source: io::Error },
    #[error("`{command}` failed ({status})")]
    Command { command: String, status: ExitStatus },
    #[error("could not {action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} does not say which version of {name} is wanted", file.display())]
    NoVersion { name: String, file: PathBuf },
    #[error("{name} was installed, but `{} --version` does not answer with {wanted}", program.display())]
    NotWorking { name: String, program: PathBuf, wanted: String },
    #[error("the glue is not what wasm-bindgen writes: {0}")]
    Glue(String),
    #[error("the wasm cannot be read: {0}")]
    Wasm(String),
    #[error("the translation is not what wasm2js writes: {0}")]
    Translation(String),
    /// Something is larger or costs more than it did, or a limit is not what it may be.
    #[error("{}", .0.join("\n"))]
    Limits(Vec<String>),
    /// Some checks of a command that goes through all of them.
    #[error("failed: {}", .0.join(", "))]
    Checks(Vec<String>),
}

impl Failure {
    /// For `map_err`: the failure to do `action` ("read", "create", …) with a file or folder.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
