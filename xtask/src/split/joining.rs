//! What the glue has to do about the rest of the wasm.

use crate::failure::Failure;

/// The file of the rest: the glue knows it by its own name.
pub(crate) const REST: &str = "notification-bell-component_rest.wasm";

/// What the glue hands to a wasm when it starts it.
const GIVEN: &str = "const imports = __wbg_get_imports();";
/// Where it takes what the wasm exports.
const STARTED: &str = "wasm = instance.exports;";

/// Loads the rest: in the background once the first part is at work, and at once when that needs it earlier.
///
/// The latter is a request that the page waits for, because a call has to be answered. Where it fails, the call was not,
/// and what is in memory may be half done: nothing of this wasm runs after that, and the loader begins with another. No
/// error of that reaches the page: until the rest has come, whatever calls the wasm does so by `guarded`.
const JOINING: &str = r#"
let all, given, isWhole, fault, tell;
const rest = import.meta.url.replace(/\.js(?=\?|$)/, "_rest.wasm");

function guarded(exported) {
    all = exported;
    const safe = (own) => (...values) => {
        try {
            if (!fault) return own(...values);
        } catch (error) {
            if (!fault) throw error;
        }
        // What takes results out of it finds none.
        return [];
    };
    const entries = Object.entries(all).map(([name, own]) => [name, typeof own === "function" ? safe(own) : own]);
    return Object.fromEntries(entries);
}

function join(module) {
    if (isWhole) return;
    const { shared } = all;
    const functions = Array.from(shared, (_, place) => shared.get(place));
    new WebAssembly.Instance(module, { ...given, b: { ...all, ...functions } });
    isWhole = true;
    wasm = all;
}

function joinNow() {
    if (fault) throw fault;
    try {
        const request = new XMLHttpRequest();
        request.open("GET", rest, false);
        // A request that is waited for has no other way to bytes.
        request.overrideMimeType("text/plain; charset=x-user-defined");
        request.send();
        join(new WebAssembly.Module(Uint8Array.from(request.responseText, (byte) => byte.charCodeAt())));
    } catch (error) {
        fault = error;
        tell(error);
        throw error;
    }
}

export async function complete(failed, isNeeded) {
    tell = failed;
    // Whoever called has more to do, and that goes first.
    await null;
    for (let ms = 1000; !isWhole && !fault; ms *= 2) {
        try {
            const response = await fetch(rest, { priority: "low" });
            const module = await WebAssembly.compile(await response.arrayBuffer());
            if (!fault) join(module);
        } catch (error) {
            if (isNeeded) throw error;
            await new Promise((then) => setTimeout(then, ms));
        }
    }
}
"#;

/// The glue of a wasm that has been split.
///
/// # Errors
/// If it is not what wasm-bindgen writes.
pub(crate) fn joined(glue: &str) -> Result<String, Failure> {
    let given = "const imports = given = __wbg_get_imports();\n    imports.b = { a: joinNow };";
    let glue = replaced(glue, GIVEN, given)?;
    Ok(replaced(&glue, STARTED, "wasm = guarded(instance.exports);")? + JOINING)
}

/// The glue of a wasm that counts, which a page can ask.
///
/// # Errors
/// If it is not what wasm-bindgen writes.
pub(crate) fn told(glue: &str) -> Result<String, Failure> {
    replaced(glue, STARTED, "wasm = globalThis.__bellExports = instance.exports;")
}

fn replaced(glue: &str, before: &str, after: &str) -> Result<String, Failure> {
    if glue.contains(before) {
        Ok(glue.replace(before, after))
    } else {
        Err(Failure::Glue(format!("it does not say `{before}`")))
    }
}
