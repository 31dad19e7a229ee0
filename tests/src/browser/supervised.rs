//! A program that lives no longer than the test process, whatever the end of that is.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
};

/// Runs the program for as long as its own standard input is open, which is as long as the test process lives.
///
/// A test process that is killed runs no destructor; the end of a pipe comes all the same. What the program has
/// started goes with it: they are a group of processes of their own. Its complaints are part of what it prints.
const SUPERVISOR: &str = r#"exec 3<&0; "$0" "$@" </dev/null 2>&1 & read -r _ <&3; kill 0"#;

/// A running program. Ended when dropped.
#[derive(Debug)]
pub(super) struct Supervised {
    /// With its standard input open.
    supervisor: Child,
    name: String,
}

impl Supervised {
    /// Starts a program.
    pub(super) fn start<'e>(
        program: &OsStr,
        arguments: &[&str],
        environment: impl IntoIterator<Item = (&'e str, &'e OsStr)>,
    ) -> Self {
        let name = program.to_string_lossy().into_owned();
        let supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR])
            .arg(program)
            .args(arguments)
            .envs(environment)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        Self { supervisor, name }
    }

    /// Waits until it prints a line in which there is what is looked for.
    pub(super) fn printed<T>(&mut self, look: impl Fn(&str) -> Option<T>) -> T {
        let mut output = BufReader::new(self.supervisor.stdout.take().expect("it is piped, and asked once"));
        let mut said = String::new();
        loop {
            let start = said.len();
            let length = output.read_line(&mut said).expect("it prints text");
            assert!(length > 0, "{} ended at once: {said}", self.name);
            if let Some(found) = look(said[start..].trim()) {
                // A full pipe would stop the program.
                thread::spawn(move || output.read_to_end(&mut Vec::new()));
                return found;
            }
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}
