//! The drivers' processes, on free ports: what each is started with, and how it says that it is there.

use std::{
    env,
    ffi::OsStr,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::{Engine, supervised::Supervised};
use crate::{ANSWER_LIMIT, eventually};

/// Makes the browser's own buttons small, so that its window can be as narrow as a phone.
const NARROW: &str = "button, entry { min-width: 0; margin: 0; padding: 0; border: 0; }";
/// Room for any window beside the middle, where the pointer rests.
const SCREEN: [&str; 3] = ["-screen", "0", "4000x3000x24"];

/// Where on its screen a window is to be, from the left and from the top.
///
/// On `WebKitGTK`'s, which nobody manages, the window under the pointer is the active one, and a page in another has
/// no focus to show. The pointer is to be on the browser's own buttons: on the page it would hover over something.
pub(super) const fn place(engine: Engine) -> (i64, i64) {
    match engine {
        Engine::Chromium | Engine::Firefox => (0, 0),
        Engine::Webkit => (1990, 1490),
    }
}

/// A running driver.
#[derive(Debug)]
pub(super) struct Driver {
    /// Where it answers.
    pub(super) url: String,
    /// The browser it is to start; none if it knows its own.
    pub(super) browser: Option<PathBuf>,
    /// The driver, and after it what it needs.
    _programs: Vec<Supervised>,
    _settings: Option<TempDir>,
}

/// A driver for one more browser. Chromium's starts as many as are wanted, and is one for each test process; of the
/// others, each starts one at a time.
pub(super) async fn driver(engine: Engine) -> Arc<Driver> {
    static OF_CHROMIUM: OnceLock<Arc<Driver>> = OnceLock::new();
    match engine {
        Engine::Chromium => Arc::clone(OF_CHROMIUM.get_or_init(|| Arc::new(chromium()))),
        Engine::Firefox => Arc::new(firefox()),
        Engine::Webkit => Arc::new(webkit().await),
    }
}

fn chromium() -> Driver {
    let program = program("BELL_CHROMEDRIVER", "chromedriver");
    let mut driver = Supervised::start(program.as_os_str(), &["--port=0"], []);
    let port = driver
        .printed(|line| line.split_once("started successfully on port ")?.1.strip_suffix('.')?.parse().ok());
    let port: u16 = port;
    Driver {
        url: format!("http://127.0.0.1:{port}"),
        browser: Some(self::program("BELL_CHROMIUM", "chromium")),
        _programs: vec![driver],
        _settings: None,
    }
}

fn firefox() -> Driver {
    let program = program("BELL_GECKODRIVER", "geckodriver");
    // System access is what the reader's system is set up with: see `emulation.rs`.
    let arguments = ["--port", "0", "--allow-system-access"];
    let mut driver = Supervised::start(program.as_os_str(), &arguments, []);
    let address = driver.printed(|line| {
        line.split_once("geckodriver\tINFO\tListening on ").map(|(_, address)| address.to_owned())
    });
    let browser = find("BELL_FIREFOX", &["firefox-esr", "firefox"]);
    Driver {
        url: format!("http://{address}"),
        browser: Some(browser),
        _programs: vec![driver],
        _settings: None,
    }
}

/// `WebKitGTK` has no headless mode: each browser gets a screen that nobody sees.
async fn webkit() -> Driver {
    let display = find("BELL_XVFB", &["Xvfb"]);
    let mut display = Supervised::start(
        display.as_os_str(),
        &[&["-displayfd", "1", "-nolisten", "tcp"], SCREEN.as_slice()].concat(),
        [],
    );
    let number: u32 = display.printed(|line| line.parse().ok());
    let number = format!(":{number}");
    let settings = tempfile::tempdir().expect("the system's temporary folder can be written");
    let style = settings.path().join("gtk-3.0");
    fs::create_dir(&style).expect("the folder is ours");
    fs::write(style.join("gtk.css"), NARROW).expect("the folder is ours");
    let environment = [
        ("DISPLAY", OsStr::new(&number)),
        ("XDG_CONFIG_HOME", settings.path().as_os_str()),
        // No desktop is asked for its settings, and none for its screen reader.
        ("GSETTINGS_BACKEND", OsStr::new("memory")),
        ("NO_AT_BRIDGE", OsStr::new("1")),
        ("GDK_BACKEND", OsStr::new("x11")),
    ];
    // The driver says nowhere which port it has taken.
    let port = free_port();
    let program = program("BELL_WEBKITDRIVER", "WebKitWebDriver");
    let driver = Supervised::start(program.as_os_str(), &[&format!("--port={port}")], environment);
    eventually(ANSWER_LIMIT, "WebKitWebDriver answering", async || {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()
    })
    .await;
    let url = format!("http://127.0.0.1:{port}");
    Driver { url, browser: None, _programs: vec![driver, display], _settings: Some(settings) }
}

/// A port that nobody listens to.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The program that a variable names, else the one of this name on the path.
fn program(variable: &str, name: &str) -> PathBuf {
    find(variable, &[name])
}

/// The same for a program of several names.
fn find(variable: &str, names: &[&str]) -> PathBuf {
    if let Some(named) = env::var_os(variable) {
        return named.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let all = names.iter().flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)));
    all.into_iter().find(|program: &PathBuf| Path::is_file(program)).unwrap_or_else(|| {
        let names = names.join(" or ");
        panic!("there is no {names} on the PATH: name one in {variable}, or run `cargo xtask test`")
    })
}
