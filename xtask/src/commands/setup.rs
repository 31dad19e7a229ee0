//! `cargo xtask setup`: the set-up of all other commands.

use crate::engine::Engine;
use crate::failure::Failure;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Sets up everything; `lint` adds what only `cargo xtask lint` needs.
///
/// # Errors
/// With the first thing that cannot be set up.
pub(crate) fn setup(workspace: &Workspace, steps: &mut Steps, lint: bool) -> Result<(), Failure> {
    setup::build_tools(workspace, steps)?;
    setup::rust_src(workspace, steps)?;
    if lint {
        setup::cargo_deny(workspace, steps)?;
        setup::deploy_linters(workspace, steps)?;
    }
    setup::nginx(workspace, steps)?;
    setup::postgres(workspace, steps)?;
    setup::redis(workspace, steps)?;
    setup::libfaketime(workspace, steps)?;
    setup::operators(workspace, steps)?;
    setup::valgrind(workspace, steps)?;
    setup::browsers(workspace, steps, &Engine::USUAL)?;
    steps.summary()
}
