//! The element as JavaScript alone, for pages whose policy does not let WebAssembly run: one file, larger and slower.
//!
//! `wasm2js` of binaryen translates it. It knows neither references nor results of several values, which the standard
//! build uses: so the component is compiled once more without them, into a folder of its own.

use std::fs;
use std::path::Path;

use crate::component::{FLAGS, SMALLEST};
use crate::failure::Failure;
use crate::process;
use crate::reorder;
use crate::setup::wasm_target::TARGET;
use crate::workspace::Workspace;

/// The file of dist/ that the loader asks for when WebAssembly is blocked.
const FILE: &str = "fallback.js";
/// The crate as cargo names its file.
const CRATE: &str = "notification_bell_component";
/// What wasm2js cannot translate and the compiler can leave out.
const WITHOUT: &str = " -Ctarget-feature=-reference-types,-multivalue";
/// What it cannot translate either, taken apart into what it can. It reads and writes at addresses that are multiples
/// of the size only, which is why the last of them is there, and there again after the optimiser.
const LOWERED: [&str; 6] = [
    "--signext-lowering",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--alignment-lowering",
    "-Oz",
    "--alignment-lowering",
];

/// By what the glue sees that the memory has grown, and by what it sees it here: a buffer that has been replaced in
/// JavaScript is not detached.
const GROWTH: [(&str, &str); 2] = [
    ("cachedUint8ArrayMemory0.byteLength === 0", "cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer"),
    ("cachedDataViewMemory0.buffer.detached === true", "cachedDataViewMemory0.buffer !== wasm.memory.buffer"),
];

/// Stands in for `WebAssembly` in the glue: what is instantiated is the translation, a function of the imports.
const STAND_IN: &str = "export const WebAssembly = {
  Module: class {},
  Instance: class {},
  instantiate: async (translated, imports) => ({ instance: { exports: translated(imports) } }),
};
";
/// What the loader calls.
const ENTRY: &str = "import init, { Bell } from './glue.js';
import { translated } from './translated.js';
export async function start() {
  await init({ module_or_path: translated });
  return Bell;
}
";

/// Builds the file into dist/.
///
/// # Errors
/// If a tool fails, or has written something else than expected.
pub(crate) fn build(workspace: &Workspace, dist: &Path) -> Result<(), Failure> {
    let folder = workspace.target.join("fallback");
    let file = |name: &str| folder.join(name);
    compile(workspace, &folder)?;

    let compiled = folder.join(TARGET).join("component").join(format!("{CRATE}.wasm"));
    let mut bindgen = workspace.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(&compiled);
    process::run_quietly(&mut bindgen)?;

    let (wasm, lowered) = (file(&format!("{CRATE}_bg.wasm")), file("lowered.wasm"));
    let mut lower = workspace.command("wasm-opt");
    process::run_quietly(lower.arg("-Oz").args(LOWERED).arg(&wasm).arg("--output").arg(&lowered))?;
    // It is translated in this order.
    reorder::reorder(&lowered)?;
    let script = file("wasm2js.js");
    let mut translate = workspace.command("wasm2js");
    process::run_quietly(translate.arg("-Oz").arg(&lowered).arg("--output").arg(&script))?;

    let read = |path: &Path| fs::read_to_string(path).map_err(Failure::file("read", path));
    let write = |name: &str, text: &str| {
        let path = file(name);
        fs::write(&path, text).map_err(Failure::file("write", &path))
    };
    write("translated.js", &as_function(&read(&script)?)?)?;
    write("glue.js", &seeing_growth(&read(&file(&format!("{CRATE}.js")))?)?)?;
    write("stand-in.js", STAND_IN)?;
    write("entry.js", ENTRY)?;

    let mut esbuild = workspace.command("esbuild");
    esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none"]);
    esbuild.args(["--charset=utf8", "--log-level=warning", "--allow-overwrite"]);
    esbuild.arg(format!("--inject:{}", file("stand-in.js").display()));
    esbuild.arg(format!("--outfile={}", dist.join(FILE).display()));
    process::run_quietly(esbuild.arg(file("entry.js")))?;
    Ok(())
}

fn compile(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let package = ["build", "--package", "notification-bell-component", "--profile", "component"];
    let mut cargo = workspace.cargo(&package);
    cargo.args(["--target", TARGET, "--offline", "--target-dir"]).arg(folder);
    cargo.envs(SMALLEST).env("RUSTFLAGS", [FLAGS, WITHOUT].concat());
    process::run_quietly(&mut cargo).map(drop)
}

/// The translation as a function of its imports, in the place of a module that imports the glue.
fn as_function(script: &str) -> Result<String, Failure> {
    let rest = script.split_once('\n').filter(|(first, rest)| {
        first.starts_with("import * as ") && !rest.trim_start().starts_with("import ")
    });
    let module = rest.and_then(|(_, rest)| rest.split_once("\nvar retasmFunc = asmFunc("));
    let Some((function, _)) = module else {
        return Err(Failure::Translation("it is another kind of module".to_owned()));
    };
    Ok([function, "\nexport { asmFunc as translated };\n"].concat())
}

fn seeing_growth(glue: &str) -> Result<String, Failure> {
    let mut glue = glue.to_owned();
    for (before, after) in GROWTH {
        if !glue.contains(before) {
            return Err(Failure::Glue(format!("it does not say `{before}`")));
        }
        glue = glue.replace(before, after);
    }
    Ok(glue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_of_wasm2js_becomes_a_function_of_its_imports() {
        let script = "import * as $_a from './a.js';\n\nfunction asmFunc(imports) {}\n\nvar retasmFunc = asmFunc({\n  './a.js': $_a,\n});\nexport var memory = retasmFunc.memory;\n";
        assert_eq!(
            as_function(script).unwrap(),
            "\nfunction asmFunc(imports) {}\n\nexport { asmFunc as translated };\n"
        );
        assert!(as_function("function another() {}").is_err());
    }

    #[test]
    fn glue_that_sees_growth_in_another_way_is_an_error() {
        assert!(seeing_growth("if (cachedUint8ArrayMemory0.byteLength === 0) {}").is_err());
        let known = GROWTH.map(|(before, _)| before).concat();
        assert_eq!(seeing_growth(&known).unwrap(), GROWTH.map(|(_, after)| after).concat());
    }
}
