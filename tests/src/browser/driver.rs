//! The driver's process: one for each test process, on a free port, gone with it whatever its end.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
};

/// Runs the driver for as long as its own standard input is open, which is as long as the test process lives.
///
/// A test process that is killed runs no destructor; the end of a pipe comes all the same. The driver takes its
/// browsers with it.
const SUPERVISOR: &str = r#"exec 3<&0; "$0" --port=0 </dev/null & read -r _ <&3; kill $!"#;

/// What the driver prints before and after its port.
const STARTED: &str = "started successfully on port ";

/// A running driver.
#[derive(Debug)]
pub(super) struct Driver {
    /// Where it answers.
    pub(super) url: String,
    /// The browser it is to start.
    pub(super) browser: PathBuf,
    /// With its standard input open.
    _supervisor: Child,
}

/// The driver of this process, started when it is first asked for.
pub(super) fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(start)
}

fn start() -> Driver {
    let program = program("BELL_CHROMEDRIVER", "chromedriver");
    let mut supervisor = Command::new("sh")
        .args(["-c", SUPERVISOR])
        .arg(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} could not be started: {error}", program.display()));
    let mut output = BufReader::new(supervisor.stdout.take().expect("it is piped"));
    let mut said = String::new();
    let port = loop {
        let start = said.len();
        let length = output.read_line(&mut said).expect("the driver prints text");
        assert!(length > 0, "{} ended at once: {said}", program.display());
        if let Some((_, port)) = said[start..].split_once(STARTED) {
            break port.trim().trim_end_matches('.').parse::<u16>().expect("the driver names its port");
        }
    };
    // A full pipe would stop the driver.
    thread::spawn(move || output.read_to_end(&mut Vec::new()));
    let browser = self::program("BELL_CHROMIUM", "chromium");
    Driver { url: format!("http://127.0.0.1:{port}"), browser, _supervisor: supervisor }
}

/// The program that a variable names, else the one of this name on the path.
fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(named) = env::var_os(variable) {
        return named.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file()).unwrap_or_else(
        || panic!("there is no {name} on the PATH: name one in {variable}, or run `cargo xtask test`"),
    )
}
