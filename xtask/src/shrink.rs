//! What is done to dist/ after Trunk has built it, so that it is smaller: names, what is not used, and the white space.
//!
//! What only Trunk has built works as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::component::Library;
use crate::failure::Failure;
use crate::glue::{self, Names};
use crate::process;
use crate::reorder;
use crate::split::{self, LIST, REST};
use crate::workspace::Workspace;

/// The wasm that Trunk writes, the glue beside it, and the name by which the first imports from the second.
const WASM: &str = "notification-bell-component_bg.wasm";
const GLUE: &str = "notification-bell-component.js";
const MODULE: &str = "./notification-bell-component_bg.js";
/// The one class that the loader takes from the glue.
const CLASS: &str = "Bell";
/// Every script that a page with the element loads.
const SCRIPTS: [&str; 5] = ["notification-bell.js", "element.js", "attention.js", "page-badge.js", GLUE];
/// What `element.js` is written in parts of, and has in it in the end.
const PARTS: [&str; 3] = ["acting.js", "early-bell.js", "options.js"];
/// Where it is split: what is larger than this and has one caller stays a function of its own, which may be in another part
/// than its caller.
const INLINED_MAX: &str = "--one-caller-inline-max-function-size=20";
/// All browsers that have what the element's scripts are written with.
const LANGUAGE: &str = "--target=es2022";

/// Makes the files of the element smaller, in their place.
///
/// # Errors
/// If a tool fails, or wasm-bindgen has written something else than expected.
pub(crate) fn shrink(workspace: &Workspace, dist: &Path, library: Library) -> Result<(), Failure> {
    let file = |name: &str| dist.join(name);
    let read = |path: &Path| fs::read_to_string(path).map_err(Failure::file("read", path));
    let (wasm, glue_file) = (file(WASM), file(GLUE));
    let glue = glue::started_by_response(&glue::with_class_only(&read(&glue_file)?, CLASS))?;

    let graph = file("graph.json");
    fs::write(&graph, graph_of(&glue::exports(&glue))).map_err(Failure::file("write", &graph))?;
    let mut metadce = workspace.command("wasm-metadce");
    // It is split by the names of functions, which only what Trunk gives to wasm-opt has.
    let named = workspace.target.join("wasm-bindgen").join("release").join(WASM);
    let is_split = library != Library::Toolchain;
    metadce.arg(if is_split { &named } else { &wasm });
    metadce.args(["--debuginfo", "--graph-file"]).arg(&graph).arg("--output").arg(&wasm);
    process::run_quietly(&mut metadce)?;
    fs::remove_file(&graph).map_err(Failure::file("remove", &graph))?;

    let mut rename = workspace.command("wasm-opt");
    // Once more over what was only there for the things that are gone.
    rename.args(["-Oz", "--minify-imports-and-exports-and-modules", "--strip-producers"]);
    if is_split {
        rename.args(["-Oz", "--debuginfo", INLINED_MAX]);
    }
    let printed = process::run_quietly(rename.args([&wasm, Path::new("--output"), &wasm]))?;
    let mut glue = glue::renamed(&glue, MODULE, &Names::read(&printed))?;
    let mut parts = vec![wasm.clone()];
    match library {
        Library::Toolchain => {}
        Library::Smallest => {
            split::split(&workspace.root.join(LIST), &wasm, &file(REST))?;
            parts.push(file(REST));
            glue = split::joined(&glue)?;
        }
        Library::Counting => {
            split::count(&wasm)?;
            glue = split::told(&glue)?;
        }
    }
    for part in &parts {
        finish(workspace, part)?;
    }
    fs::write(&glue_file, glue).map_err(Failure::file("write", &glue_file))?;

    let mut esbuild = workspace.command("esbuild");
    esbuild.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--tree-shaking=true",
        "--charset=utf8",
        "--legal-comments=none",
    ]);
    esbuild.args([LANGUAGE, "--allow-overwrite", "--log-level=warning"]);
    let scripts: Vec<PathBuf> = SCRIPTS.iter().map(|name| file(name)).collect();
    process::run_quietly(esbuild.arg(format!("--outdir={}", dist.display())).args(scripts))?;
    for part in PARTS.map(file) {
        fs::remove_file(&part).map_err(Failure::file("remove", &part))?;
    }
    Ok(())
}

/// Takes away what is no longer used, and whatever only tools ask for.
fn finish(workspace: &Workspace, wasm: &Path) -> Result<(), Failure> {
    let mut tidy = workspace.command("wasm-opt");
    tidy.args(["--remove-unused-module-elements", "--strip-debug", "--strip-target-features"]);
    process::run_quietly(tidy.arg(wasm).arg("--output").arg(wasm))?;
    reorder::reorder(wasm)
}

/// For wasm-metadce: the outside needs these exports, and by that only what they need.
fn graph_of(exports: &BTreeSet<&str>) -> String {
    let reached: Vec<String> = exports.iter().map(|name| format!("\"{name}\"")).collect();
    let nodes = reached.iter().map(|name| format!(",{{\"name\":{name},\"export\":{name}}}"));
    format!(
        "[{{\"name\":\"\",\"root\":true,\"reaches\":[{}]}}{}]",
        reached.join(","),
        nodes.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_is_a_root_that_reaches_every_export() {
        assert_eq!(
            graph_of(&BTreeSet::from(["a", "b"])),
            r#"[{"name":"","root":true,"reaches":["a","b"]},{"name":"a","export":"a"},{"name":"b","export":"b"}]"#
        );
    }
}
