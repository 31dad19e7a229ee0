//! `cargo xtask first-part`: the list of the functions by which the element's wasm is split.

use super::build;
use super::test::from_outside;
use crate::component::Library;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::split::LIST;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The variable that has the test write the list.
const WRITTEN_TO: &str = "BELL_FIRST_PART";
/// The test that does.
const SCENARIO: &str = "first_part::opening_the_panel_runs_the_first_part_alone";

/// Builds the element so that it notes what runs, and has a browser open the panel.
///
/// # Errors
/// If something cannot be set up or built, or there is no Chromium.
pub(crate) fn first_part(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let browsers = setup::browsers(workspace, steps, &[Engine::Chromium])?;
    setup::build_tools(workspace, steps)?;
    let server = build(workspace, steps, Library::Counting, Profile::Dev)?;
    for (engine, own) in browsers {
        steps.step("what opening the panel runs", |_| {
            let Some(own) = own else { return Ok((Outcome::LeftOut, ())) };
            let mut cargo =
                from_outside(workspace, "browser", &[(super::test::SERVER_BIN, server.as_os_str())]);
            cargo.args([SCENARIO, "--", "--exact"]).env(WRITTEN_TO, workspace.root.join(LIST)).envs(own);
            process::run(engine.choose(&mut cargo)).map(|()| (Outcome::Done, ()))
        })?;
    }
    steps.summary()
}
