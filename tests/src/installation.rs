//! A folder with a database, and the command line run on it.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{ANSWER_LIMIT, Project, postgres::Database, server_binary, within};

/// One installation of the server: its data, and the environment its processes run in. Gone when dropped, unless it
/// is in a folder of somebody's choice.
#[derive(Debug)]
pub struct Installation {
    folder: PathBuf,
    temporary: Option<TempDir>,
    /// Where it has one in PostgreSQL.
    database: Option<Database>,
    environment: Vec<(String, String)>,
    /// What runs its programs, if anything does.
    launcher: Vec<String>,
}

/// What a finished command left behind.
#[derive(Debug)]
pub struct Output {
    /// The exit status.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Installation {
    /// An empty one: no database yet, rate limits off.
    #[must_use]
    pub fn new() -> Self {
        Database::new().map_or_else(Self::in_a_file, Self::on)
    }

    /// An empty one in this database, whatever these tests run on.
    #[must_use]
    pub fn on(database: Database) -> Self {
        let mut installation = Self::in_a_file();
        installation.set("BELL_DATABASE", &database.address());
        let key = installation.folder.join("master.key").display().to_string();
        installation.set("BELL_MASTER_KEY_FILE", &key);
        installation.database = Some(database);
        installation
    }

    /// Its database, where it has one in PostgreSQL.
    #[must_use]
    pub const fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Has its programs run by another one, which becomes them.
    pub fn launch_by(&mut self, launcher: &[&str]) {
        self.launcher = launcher.iter().map(|&word| word.to_owned()).collect();
    }

    /// An empty one whose database is a file, whatever these tests run on.
    #[must_use]
    pub fn in_a_file() -> Self {
        let temporary = tempfile::tempdir().expect("the system's temporary folder can be written");
        let mut installation = Self::within(temporary.path());
        installation.temporary = Some(temporary);
        installation
    }

    /// One that stays: in this folder, which is there.
    #[must_use]
    pub fn within(folder: &Path) -> Self {
        let database = folder.join("bell.db").display().to_string();
        let environment = vec![
            ("BELL_DATABASE".to_owned(), format!("sqlite:{database}")),
            ("BELL_LIMITS".to_owned(), "off".to_owned()),
        ];
        Self { folder: folder.to_owned(), temporary: None, database: None, environment, launcher: Vec::new() }
    }

    /// The same one, for another server beside those that run on it; none where its database is a file.
    #[must_use]
    pub fn beside(&self) -> Option<Self> {
        self.database.as_ref()?;
        let (folder, environment) = (self.folder.clone(), self.environment.clone());
        Some(Self { folder, temporary: None, database: None, environment, launcher: self.launcher.clone() })
    }

    /// Sets a variable for every process started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The folder, which is also where the processes run.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The binary with these arguments in a clean environment; it dies with the test.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.launcher.iter().map(OsString::from).chain([server_binary().into()]);
        let mut command = Command::new(words.next().expect("the server is one of them"));
        command.args(words);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| {
                ["BELL_", "OTEL_", "RUST_LOG"].iter().any(|start| name.starts_with(start))
            }) {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a subcommand to its end, whatever that is.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let what = format!("`{}`", arguments.join(" "));
        let output = within(ANSWER_LIMIT, &what, self.command(arguments).output())
            .await
            .unwrap_or_else(|error| panic!("{what} could not be started: {error}"));
        Output {
            code: output.status.code().unwrap_or_else(|| panic!("{what} was killed: {}", output.status)),
            stdout: String::from_utf8(output.stdout).expect("what is printed is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("what is complained is UTF-8"),
        }
    }

    /// Runs a subcommand that has to succeed, and gives what it printed.
    pub async fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert_eq!(output.code, 0, "`{}` failed: {output:?}", arguments.join(" "));
        output.stdout
    }

    /// Runs a subcommand with `--json` that has to succeed, and gives what it printed.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        // Before a `--`, after which everything is an operand.
        let end = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
        let arguments = [&arguments[..end], &["--json"], &arguments[end..]].concat();
        let printed = self.succeed(&arguments).await;
        serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("`{}` printed {printed:?}: {error}", arguments.join(" ")))
    }

    /// Creates a project with further options of `project create`.
    pub async fn create_project(&self, name: &str, options: &[&str]) -> Project {
        let arguments = [&["project", "create", "--name", name], options].concat();
        Project::from_json(&self.json(&arguments).await).expect("a project")
    }
}

impl Default for Installation {
    fn default() -> Self {
        Self::new()
    }
}
