//! Starting other programs: shown in full, or silent until something goes wrong.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// The environment variable with the folders that programs are looked for in.
pub(crate) const PATH: &str = "PATH";

/// Runs a program to its end with our own input and output.
///
/// # Errors
/// If it cannot be started, or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|source| Failure::Start { command: shown(command), source })?;
    if status.success() { Ok(()) } else { Err(Failure::Command { command: shown(command), status }) }
}

/// Runs a program whose chatter interests nobody as long as it works; if it fails, all of it is written out.
/// Returns what it wrote, both streams as they came.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_quietly(command: &mut Command) -> Result<String, Failure> {
    let name = shown(command);
    let not_started = |source| Failure::Start { command: name.clone(), source };
    let (mut reader, writer) = io::pipe().map_err(not_started)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(not_started)?).stderr(writer);
    let mut child = command.spawn().map_err(not_started)?;
    // The command keeps the writing ends of the pipe; while they are open, reading does not end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut written = Vec::new();
    let status = reader.read_to_end(&mut written).and_then(|_| child.wait()).map_err(not_started)?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&written).into_owned());
    }
    let _ = io::stderr().write_all(&written);
    Err(Failure::Command { command: name, status })
}

/// What a program says when it is asked for its version; `None` if it is not there or does not work.
pub(crate) fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first file of that name in the folders of a search path.
pub(crate) fn find_on_path(program: &str, search_path: &OsStr) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(search_path).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// A search path with folders put in front.
pub(crate) fn prepend(folders: &[PathBuf], search_path: &OsStr) -> OsString {
    let all = folders.iter().cloned().chain(std::env::split_paths(search_path));
    // Only a folder with the separator in its name cannot be joined; our own tools are then not found, and it is said.
    std::env::join_paths(all).unwrap_or_else(|_| search_path.to_owned())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_whole_command() {
        let failure = run_quietly(Command::new("false").arg("with an argument")).unwrap_err();
        assert!(failure.to_string().starts_with("`false with an argument` failed ("), "{failure}");
    }

    #[test]
    fn a_program_that_is_not_there_cannot_be_started() {
        let failure = run(&mut Command::new("no-such-program")).unwrap_err();
        assert!(matches!(failure, Failure::Start { .. }), "{failure}");
        assert_eq!(version_of(Path::new("no-such-program")), None);
    }

    #[test]
    fn both_streams_of_a_quiet_program_are_returned() {
        let said = run_quietly(Command::new("rustc").arg("--version")).unwrap();
        assert!(said.starts_with("rustc "), "{said}");
    }

    #[test]
    fn the_first_folder_with_the_program_wins() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let name = format!("tool{}", std::env::consts::EXE_SUFFIX);
        std::fs::write(folders[1].path().join(&name), "").unwrap();
        let search_path = std::env::join_paths(folders.iter().map(tempfile::TempDir::path)).unwrap();
        assert_eq!(find_on_path("tool", &search_path), Some(folders[1].path().join(&name)));
        std::fs::write(folders[0].path().join(&name), "").unwrap();
        assert_eq!(find_on_path("tool", &search_path), Some(folders[0].path().join(&name)));
        assert_eq!(find_on_path("other", &search_path), None);
    }
}
