//! Building the component and the demo page into dist/ with Trunk, unless that was done already.

use std::fs;

use crate::cli::Build;
use crate::failure::Failure;
use crate::fallback;
use crate::fingerprint;
use crate::lock::Lock;
use crate::pages;
use crate::process;
use crate::setup::wasm_target::TARGET;
use crate::shrink;
use crate::split;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// All that dist/ is made from.
const INPUTS: [&str; 10] = [
    ".cargo/config.toml",
    "component",
    "docs/snippets",
    "protocol",
    "public",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    split::LIST,
];

/// With which standard library the component is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// The toolchain's own.
    Toolchain,
    /// One compiled for size together with the component, whose panics say nothing and only stop.
    ///
    /// Cargo and rustc do this for nightly toolchains only. `RUSTC_BOOTSTRAP` has the pinned stable one do it, so
    /// that the compiler is the same that everything is tested with.
    Smallest,
    /// The same, whose functions note that they ran.
    Counting,
}

impl Library {
    /// The one that is asked for.
    pub(crate) fn of(build: Build) -> Self {
        if build.ordinary { Self::Toolchain } else { Self::Smallest }
    }
}

/// What cargo is told for [`Library::Smallest`].
pub(crate) const SMALLEST: [(&str, &str); 4] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("RUSTFLAGS", FLAGS),
];
/// What rustc is told then.
pub(crate) const FLAGS: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// Builds dist/ if its inputs, or it itself, are not what they were when it was last built.
///
/// # Errors
/// If the build fails; all that Trunk said is then on standard error.
pub(crate) fn build(workspace: &Workspace, terminal: Terminal, library: Library) -> Result<Outcome, Failure> {
    let _lock = Lock::acquire(workspace, terminal)?;
    // Taken before the build: a file that is edited meanwhile is then seen as changed.
    let inputs = format!("{}\n{library:?}", fingerprint::of(&workspace.root, &INPUTS)?);
    let stamp = workspace.target.join("xtask").join("component.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|kept| Some(kept) == stamp_text(workspace, &inputs).ok()) {
        return Ok(Outcome::UpToDate);
    }
    terminal.note("compiling to WebAssembly and optimising for size");
    // Trunk is kept off the network, and cargo within it too.
    let environment = if library == Library::Toolchain { &[] } else { SMALLEST.as_slice() };
    process::run_quietly(workspace.cargo(&["fetch", "--target", TARGET]).envs(environment.iter().copied()))?;
    let mut trunk = workspace.command("trunk");
    // Trunk takes `NO_COLOR=1`, as many set it, for a wrong value of its own option.
    trunk.args(["build", "--release", "--offline=true", "--color=never"]).env_remove("NO_COLOR");
    process::run_quietly(trunk.envs(environment.iter().copied()))?;
    let dist = workspace.root.join("dist");
    pages::tidy(&dist)?;
    shrink::shrink(workspace, &dist, library)?;
    if library == Library::Smallest {
        terminal.note("translating to JavaScript, for pages that block WebAssembly");
        fallback::build(workspace, &dist)?;
    }
    let folder = workspace.target.join("xtask");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    fs::write(&stamp, stamp_text(workspace, &inputs)?).map_err(Failure::file("write", &stamp))?;
    Ok(Outcome::Done)
}

/// The fingerprint of dist/ is part of it, so that a half-made, edited or removed dist/ is not taken for the whole.
fn stamp_text(workspace: &Workspace, inputs: &str) -> Result<String, Failure> {
    Ok(format!("{inputs}\n{}\n", fingerprint::of(&workspace.root, &["dist"])?))
}
