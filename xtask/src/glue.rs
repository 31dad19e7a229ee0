//! The JavaScript that wasm-bindgen writes: what of it is not used goes, and the names it shares with the wasm become short.
//!
//! It is taken line by line: wasm-bindgen, whose version is pinned, always writes it in the same form. What is not in
//! that form is an error and no smaller file.

mod starting;

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::Failure;

pub(crate) use starting::started_by_response;

/// What stands before the name of each export where the glue uses it.
const EXPORT: &str = "wasm.";
/// What starts the line of an import, which is a member of an object.
const MEMBER: &str = "        ";
/// What ends that object.
const MEMBERS_END: &str = "    };";

/// The glue without the classes that nobody asks for, and without the way to load that needs a blocked main thread.
///
/// A dependency's exported classes are in every wasm that it is linked into, used or not.
pub(crate) fn with_class_only(glue: &str, class: &str) -> String {
    let all: Vec<&str> = glue.lines().filter_map(exported_class).filter(|name| *name != class).collect();
    let is_of_unused = |line: &str| {
        all.iter().any(|name| {
            exported_class(line) == Some(name)
                || line.starts_with(&format!("if (Symbol.dispose) {name}."))
                || line.starts_with(&format!("const {name}Finalization ="))
        })
    };
    let mut kept = String::new();
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        if is_of_unused(line) {
            let is_end = |line: &&str| *line == "}" || (!line.starts_with('}') && line.ends_with(';'));
            if exported_class(line).is_some() {
                lines.by_ref().find(|line| *line == "}");
            } else if !is_end(&line) {
                lines.by_ref().find(is_end);
            }
        } else {
            kept.push_str(
                &line.replace(
                    "export { initSync, __wbg_init as default };",
                    "export { __wbg_init as default };",
                ),
            );
            kept.push('\n');
        }
    }
    kept
}

fn exported_class(line: &str) -> Option<&str> {
    line.strip_prefix("export class ")?.strip_suffix(" {")
}

/// The exports of the wasm that the glue uses.
pub(crate) fn exports(glue: &str) -> BTreeSet<&str> {
    words_after(glue, EXPORT).map(|(_, name)| name).collect()
}

/// The new names of imports and exports, as wasm-opt prints them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names<'t> {
    imports: BTreeMap<&'t str, &'t str>,
    exports: BTreeMap<&'t str, &'t str>,
}

impl<'t> Names<'t> {
    /// Reads `["<module>", "<name>", "<new name>"]` and `["<name>", "<new name>"]`, one on each line.
    pub(crate) fn read(printed: &'t str) -> Self {
        let mut names = Self::default();
        for line in printed.lines() {
            let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            if !line.trim_start().starts_with("[\"") {
                continue;
            }
            match quoted[..] {
                [_, name, new] => names.imports.insert(name, new),
                [name, new] => names.exports.insert(name, new),
                _ => None,
            };
        }
        names
    }
}

/// The glue with the new names, and without the imports that have none: nothing in the wasm calls them.
///
/// # Errors
/// If it is not what wasm-bindgen writes, or misses a name.
pub(crate) fn renamed(glue: &str, module: &str, names: &Names<'_>) -> Result<String, Failure> {
    let mut left: BTreeSet<&str> = names.imports.keys().copied().collect();
    let mut renamed = String::new();
    let mut is_left_out = false;
    for line in glue.lines() {
        if line == MEMBERS_END {
            is_left_out = false;
        }
        if let Some((name, rest)) = member(line) {
            let new = names.imports.get(name);
            is_left_out = new.is_none();
            if let Some(new) = new {
                left.remove(name);
                renamed.push_str(&[MEMBER, new, ": ", &with_exports_renamed(rest, names)?, "\n"].concat());
            }
        } else if !is_left_out {
            renamed.push_str(&with_exports_renamed(line, names)?);
            renamed.push('\n');
        }
    }
    let quoted = format!("\"{module}\": ");
    if let Some(name) = left.first() {
        return Err(Failure::Glue(format!("it has no import {name}")));
    }
    if renamed.matches(&quoted).count() != 1 {
        return Err(Failure::Glue(format!("it does not name the module {module} once")));
    }
    // The name that wasm-opt gives to every module.
    Ok(renamed.replace(&quoted, "\"a\": "))
}

/// The name and the rest of a line that starts an import.
fn member(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix(MEMBER)?.split_once(": ")?;
    (name.starts_with("__wb") && name.chars().all(is_of_name)).then_some((name, rest))
}

fn with_exports_renamed(line: &str, names: &Names<'_>) -> Result<String, Failure> {
    let mut renamed = String::new();
    let mut done = 0;
    for (start, name) in words_after(line, EXPORT) {
        let new = names.exports.get(name);
        let new = new.ok_or_else(|| Failure::Glue(format!("it uses {name}, which is not exported")))?;
        renamed.push_str(&line[done..start]);
        renamed.push_str(new);
        done = start + name.len();
    }
    Ok(renamed + &line[done..])
}

/// The names that follow a prefix which is itself no end of a longer name, with where they start.
fn words_after<'t>(text: &'t str, prefix: &str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(prefix).filter_map(move |(at, prefix)| {
        if text[..at].ends_with(is_of_name) {
            return None;
        }
        let start = at + prefix.len();
        let name = text[start..].split(|character| !is_of_name(character)).next()?;
        (!name.is_empty()).then_some((start, name))
    })
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "\
export class Bell {
    end() {
        wasm.bell_end(this.__wbg_ptr);
    }
}
if (Symbol.dispose) Bell.prototype[Symbol.dispose] = Bell.prototype.free;

export class Other {
    free() {
        wasm.other_free(0);
    }
}
if (Symbol.dispose) Other.prototype[Symbol.dispose] = Other.prototype.free;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_used_12: function(arg0) {
            return wasm.__malloc(arg0);
        },
        __wbg_unused_34: function(arg0) {
            console.log(arg0);
        },
        __wbindgen_last: function() { return handleError(function (arg0) {
            arg0();
        }, arguments); },
    };
    return {
        __proto__: null,
        \"./bell_bg.js\": import0,
    };
}
const BellFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.bell_free(ptr, 1));
const OtherFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.other_free(ptr, 1));
export { initSync, __wbg_init as default };
";

    const PRINTED: &str = r#"{
 "imports": [
  ["./bell_bg.js", "__wbg_used_12", "a"],
  ["./bell_bg.js", "__wbindgen_last", "$"]
 ],
 "exports": [
  ["bell_end", "b"],
  ["bell_free", "c"],
  ["__malloc", "d"]
 ]
}
"#;

    #[test]
    fn a_class_that_nobody_asks_for_goes_with_all_that_belongs_to_it() {
        let kept = with_class_only(GLUE, "Bell");
        assert!(!kept.contains("Other") && !kept.contains("other") && !kept.contains("initSync"), "{kept}");
        assert_eq!(exports(&kept), BTreeSet::from(["__malloc", "bell_end", "bell_free"]));
        assert!(kept.contains("BellFinalization") && kept.contains("__wbg_init as default"), "{kept}");
    }

    #[test]
    fn what_is_imported_gets_its_new_name_and_what_is_not_goes() {
        let renamed = renamed(&with_class_only(GLUE, "Bell"), "./bell_bg.js", &Names::read(PRINTED)).unwrap();
        assert!(
            renamed.contains("        a: function(arg0) {\n            return wasm.d(arg0);\n"),
            "{renamed}"
        );
        assert!(renamed.contains("        $: function() { return handleError("), "{renamed}");
        assert!(!renamed.contains("console.log"), "{renamed}");
        assert!(renamed.contains("\"a\": import0"), "{renamed}");
        assert!(renamed.contains("    };\n    return {"), "{renamed}");
    }

    #[test]
    fn a_glue_that_misses_a_name_is_an_error() {
        let names = Names::read(PRINTED);
        let without_import = GLUE.replace("__wbg_used_12", "__wbg_renamed_12");
        let module = "./bell_bg.js";
        assert!(renamed(&with_class_only(&without_import, "Bell"), module, &names).is_err());
        assert!(renamed(GLUE, module, &names).is_err(), "it uses an export that is gone");
        assert!(renamed(&with_class_only(GLUE, "Bell"), "./other.js", &names).is_err());
    }
}
