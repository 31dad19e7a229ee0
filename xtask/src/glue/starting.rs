//! How the glue starts the wasm. wasm-bindgen writes what starts it from whatever it is given; the loader gives it the answer
//! to a request, and the browsers that run the element are not the oldest that wasm-bindgen knows.

use crate::failure::Failure;

/// Where wasm-bindgen's way to start begins, and what comes after it.
const BEGIN: &str = "async function __wbg_load(";
const END: &str = "export {";
/// The same for an answer that is still awaited. A server that gives it another type costs time, and no more.
const START: &str = r#"async function __wbg_init({ module_or_path }) {
    const imports = __wbg_get_imports();
    const response = await module_or_path;
    if (!response.ok) {
        throw new Error(`failed to fetch Wasm: ${response.status} ${response.statusText} fetching '${response.url}'`);
    }
    const { instance } = response.headers.get("Content-Type") === "application/wasm"
        ? await WebAssembly.instantiateStreaming(response, imports)
        : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
    return __wbg_finalize_init(instance);
}

"#;

/// What is there for browsers that have no `encodeInto`.
const WITHOUT_ENCODE_INTO: [&str; 2] = ["if (!('encodeInto' in cachedTextEncoder)) {", "\n}\n"];

/// The glue with what the element's loader needs of it alone.
///
/// # Errors
/// If it is not what wasm-bindgen writes.
pub(crate) fn started_by_response(glue: &str) -> Result<String, Failure> {
    let [begin, end] = WITHOUT_ENCODE_INTO;
    let glue = replaced(glue, begin, end, "")?;
    replaced(&glue, BEGIN, END, &[START, END].concat())
}

/// With something else from the one text up to the end of the other.
fn replaced(glue: &str, begin: &str, end: &str, with: &str) -> Result<String, Failure> {
    let parts = glue.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or_else(|| Failure::Glue(format!("it does not say `{begin}`")))?;
    Ok([before, with, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
    };
}

let wasm;
async function __wbg_load(module, imports) {
}

function initSync(module) {
}

async function __wbg_init(module_or_path) {
}

export { __wbg_init as default };
";

    #[test]
    fn what_starts_it_knows_no_other_way_than_the_loaders() {
        let glue = started_by_response(GLUE).unwrap();
        assert!(!["__wbg_load", "initSync", "encodeInto"].iter().any(|gone| glue.contains(gone)), "{glue}");
        assert_eq!(glue.matches("async function __wbg_init({ module_or_path }) {").count(), 1);
        assert!(
            glue.contains("let wasm;") && glue.ends_with("export { __wbg_init as default };\n"),
            "{glue}"
        );
    }

    #[test]
    fn glue_of_another_form_is_an_error() {
        assert!(started_by_response("export { __wbg_init as default };\n").is_err());
    }
}
