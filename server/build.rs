//! Puts the built component and the demo page into the program, compressed.
//!
//! They are looked for in `dist/`, where Trunk builds them. Without them the server still compiles, for its tests, and
//! says at start that it has no element; a release is built with `BELL_COMPONENT=required`, which makes that an error.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

const LOADER: &str = "notification-bell.js";
/// What says in the loader where the other files are; a minified one has it too.
const UNVERSIONED: &str = "\"./\"";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let dist = root.join("dist");
    println!("cargo::rerun-if-env-changed=BELL_COMPONENT");
    println!("cargo::rerun-if-changed={}", dist.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let mut files = Vec::new();
    if dist.join(LOADER).is_file() {
        collect(&dist, &dist, &mut files)?;
        files.sort();
    } else if env::var("BELL_COMPONENT").as_deref() == Ok("required") {
        return Err("there is no dist/: build the component first, or run `cargo xtask dist`".into());
    }

    let mut hasher = Sha256::new();
    for (path, content) in &files {
        hasher.update(path);
        hasher.update([0]);
        hasher.update(content);
    }
    let version = HEXLOWER.encode(&hasher.finalize()[..8]);

    let mut code =
        format!("/// Changes whenever one of the files does.\npub const VERSION: &str = \"{version}\";\n\n");
    let mut loader = None;
    code.push_str("/// Every file.\npub static ASSETS: &[Asset] = &[\n");
    for (path, content) in &files {
        code.push_str(&asset(&out, path, path, content)?);
        if path == LOADER {
            loader = Some(versioned(content, &version)?);
        }
    }
    code.push_str("];\n\n/// The loader that names the version; empty if the component was not built.\n");
    code.push_str("pub static LOADER: &[Asset] = &[\n");
    if let Some(content) = loader {
        code.push_str(&asset(&out, LOADER, "versioned-loader.js", &content)?);
    }
    code.push_str("];\n");
    fs::write(out.join("assets.rs"), code)?;
    Ok(())
}

fn collect(folder: &Path, dist: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, dist, files)?;
        } else if let Ok(relative) = path.strip_prefix(dist) {
            files.push((relative.to_string_lossy().replace('\\', "/"), fs::read(&path)?));
        }
    }
    Ok(())
}

fn versioned(loader: &[u8], version: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let text = std::str::from_utf8(loader)?;
    if text.matches(UNVERSIONED).count() != 1 {
        return Err(format!("{LOADER} must have `{UNVERSIONED}` exactly once").into());
    }
    Ok(text.replace(UNVERSIONED, &format!("\"./v/{version}/\"")).into_bytes())
}

/// Writes the forms of a file, and gives the code that names them.
fn asset(out: &Path, path: &str, stored_as: &str, content: &[u8]) -> io::Result<String> {
    let base = out.join("assets").join(stored_as);
    if let Some(folder) = base.parent() {
        fs::create_dir_all(folder)?;
    }
    let form = |ending: &str| PathBuf::from(format!("{}{ending}", base.display()));
    fs::write(form(".identity"), content)?;

    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    fs::write(form(".gz"), gzip.finish()?)?;

    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters)?;
    fs::write(form(".br"), brotli)?;

    let mut code = String::new();
    let hash = HEXLOWER.encode(&Sha256::digest(content)[..8]);
    let content_type = content_type(path);
    let _ = writeln!(code, "    Asset {{ path: {path:?}, content_type: {content_type:?}, hash: {hash:?},");
    for (field, ending) in [("identity", ".identity"), ("gzip", ".gz"), ("brotli", ".br")] {
        let _ = writeln!(code, "        {field}: include_bytes!({:?}),", form(ending).to_string_lossy());
    }
    code.push_str("    },\n");
    Ok(code)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
