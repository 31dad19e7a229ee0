//! Finds the server's binary.

use std::{
    env,
    path::{Path, PathBuf},
};

const NAME: &str = "notification-bell-server";

/// The binary under test: `BELL_SERVER_BIN`, else the one built into the same target folder as the test.
///
/// The test's own place is asked, and not `target/` of the repository, so that `CARGO_TARGET_DIR` and the profile
/// are right without anybody saying so.
#[must_use]
pub fn server_binary() -> PathBuf {
    if let Some(named) = env::var_os("BELL_SERVER_BIN").map(PathBuf::from) {
        assert!(named.is_file(), "BELL_SERVER_BIN names {}, which is not a file", named.display());
        return named;
    }
    let test = env::current_exe().expect("a running test knows its own path");
    // The test is <target>/<profile>/deps/<name>-<hash>.
    let profile = test.ancestors().nth(2).unwrap_or_else(|| Path::new("."));
    let built = profile.join(NAME);
    assert!(
        built.is_file(),
        "there is no {}: build it first with `cargo build -p {NAME}`, or run `cargo xtask test`",
        built.display()
    );
    built
}
