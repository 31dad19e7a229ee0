//! `cargo xtask dist`: the release, and how large it is.

use std::fs;

use super::build;
use crate::component::Library;
use crate::failure::Failure;
use crate::limits;
use crate::server::Profile;
use crate::setup;
use crate::sizes;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// Puts the optimised server, with the element inside, into target/dist/.
///
/// # Errors
/// If something cannot be set up, built or written, or if the element has become larger than it may be.
pub(crate) fn dist(workspace: &Workspace, steps: &mut Steps, library: Library) -> Result<(), Failure> {
    setup::build_tools(workspace, steps)?;
    let built = build(workspace, steps, library, Profile::Release)?;
    let folder = workspace.target.join("dist");
    let release = folder.join(built.file_name().unwrap_or_default());
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    fs::copy(&built, &release).map_err(Failure::file("write", &release))?;
    let size = fs::metadata(&release).map_err(Failure::file("read", &release))?.len();
    let files = sizes::of_element(&workspace.root.join("dist"))?;
    // The other has no limits of its own.
    if library == Library::Smallest {
        steps.check("sizes", |_| limits::check(workspace, &files).map(|()| Outcome::Done));
    }
    let terminal = steps.terminal;
    terminal.line("");
    for line in sizes::table(&files) {
        terminal.line(&line);
    }
    let size = sizes::kibibytes(usize::try_from(size).unwrap_or(usize::MAX));
    terminal.line(&format!("\n{}  {size}\n", workspace.shown(&release)));
    steps.summary()
}
