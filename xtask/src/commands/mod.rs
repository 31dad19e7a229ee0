//! The commands, a file for each.

pub(crate) mod advisories;
pub(crate) mod bench;
pub(crate) mod dist;
pub(crate) mod first_part;
pub(crate) mod fuzz;
pub(crate) mod instructions;
pub(crate) mod lint;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod test;

use crate::component::{self, Library};
use crate::failure::Failure;
use crate::server::{self, Profile};
use crate::setup::rust_src;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// Builds the component and then the server with it; returns the server's path. The tools must have been set up.
fn build(
    workspace: &Workspace,
    steps: &mut Steps,
    library: Library,
    profile: Profile,
) -> Result<std::path::PathBuf, Failure> {
    if library != Library::Toolchain {
        rust_src(workspace, steps)?;
    }
    steps.step("component", |terminal| Ok((component::build(workspace, terminal, library)?, ())))?;
    steps.step("server", |_| Ok((Outcome::Done, server::build(workspace, profile)?)))
}
