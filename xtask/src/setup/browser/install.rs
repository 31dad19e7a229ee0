//! Getting a browser where there is none: from the distribution, else the builds for testing that its makers publish.

use std::fs;
use std::path::PathBuf;

use super::Browser;
use crate::process;
use crate::setup::apt;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The makers' own installer, from npm.
const INSTALLER: &str = "@puppeteer/browsers@2";

/// Installs Debian's packages and returns whether that worked. They bring the libraries that a browser needs; but only
/// root may, and Ubuntu's packages of these names are references to another store: then there is the other way.
pub(super) fn with_apt(workspace: &Workspace, terminal: Terminal) -> bool {
    apt::install(workspace, terminal, &["chromium", "chromium-driver", "fonts-liberation"])
}

/// Installs the latest stable browser and its driver into our tools; `None` if that does not work.
pub(super) fn with_npx(workspace: &Workspace, terminal: Terminal) -> Option<Browser> {
    workspace.find_program("npx")?;
    terminal.note("fetching chrome-headless-shell and chromedriver with npx");
    let folder = workspace.tools.join("browsers");
    let fetch = |name: &str| {
        let mut npx = workspace.command("npx");
        npx.args(["--yes", INSTALLER, "install", &format!("{name}@stable"), "--path"]).arg(&folder);
        process::run_quietly(&mut npx).ok().and_then(|said| installed_path(&said, name))
    };
    let browser = Browser { chromium: fetch("chrome-headless-shell")?, chromedriver: fetch("chromedriver")? };
    if !browser.matches() {
        terminal.note("what was fetched does not run here: libraries may be missing that a browser needs");
        return None;
    }
    let text = format!("{}\n{}\n", browser.chromium.display(), browser.chromedriver.display());
    // If it cannot be noted, it is fetched again next time.
    let _ = fs::write(note(workspace), text);
    Some(browser)
}

/// What [`with_npx`] fetched in an earlier run, if it is still there and works.
pub(super) fn earlier(workspace: &Workspace) -> Option<Browser> {
    let text = fs::read_to_string(note(workspace)).ok()?;
    let mut lines = text.lines().map(PathBuf::from);
    Some(Browser { chromium: lines.next()?, chromedriver: lines.next()? }).filter(Browser::matches)
}

/// The installer chooses names with versions in them; this file keeps them.
fn note(workspace: &Workspace) -> PathBuf {
    workspace.tools.join("browsers").join("installed")
}

/// The path in the installer's line "chromedriver@149.0.1 /where/it/is".
fn installed_path(said: &str, name: &str) -> Option<PathBuf> {
    let line = said.lines().rev().find(|line| line.starts_with(&format!("{name}@")))?;
    line.split_once(' ').map(|(_, path)| PathBuf::from(path.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_what_follows_the_name_and_version() {
        let said = "Downloading chromedriver…\nchromedriver@149.0.1 /tools/my browsers/chromedriver\n";
        assert_eq!(
            installed_path(said, "chromedriver"),
            Some(PathBuf::from("/tools/my browsers/chromedriver"))
        );
        assert_eq!(installed_path(said, "chrome"), None);
    }
}
