//! Which version of a tool is wanted, and which one a program says it is.
//!
//! Wanted versions are read where they are decided already: wasm-bindgen's in Cargo.lock, because program and crate must
//! match exactly, and binaryen's in Trunk.toml. Both files are read line by line: one is generated in a fixed
//! form, the other is ours, and a TOML parser would be the largest dependency of this program.

/// The version of a package in the text of a Cargo.lock.
pub(crate) fn in_cargo_lock<'t>(lock: &'t str, package: &str) -> Option<&'t str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The value of `<name> = "<value>"` in a file such as Trunk.toml.
pub(crate) fn in_toml<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        if key.trim() == name { value.trim().strip_prefix('"')?.strip_suffix('"') } else { None }
    })
}

/// Whether a program's answer to `--version` contains the wanted version as a word: "trunk 0.21.14" is 0.21.14.
pub(crate) fn is(answer: &str, wanted: &str) -> bool {
    answer.split_whitespace().any(|word| word == wanted)
}

/// The major version of a browser or its driver: 156 of "Chromium 156.0.8078.79 built on Debian".
pub(crate) fn major(answer: &str) -> Option<u32> {
    answer.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
dependencies = [
 \"wasm-bindgen-macro\",
]

[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.2.131\"
";

    #[test]
    fn a_package_is_found_by_its_whole_name() {
        assert_eq!(in_cargo_lock(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(in_cargo_lock(LOCK, "wasm-bindgen-macro"), Some("0.2.131"));
        assert_eq!(in_cargo_lock(LOCK, "wasm"), None);
    }

    #[test]
    fn a_setting_is_found_by_its_whole_name() {
        let text = "[tools]\n# wasm_opt = \"version_1\"\nwasm_opt = \"version_132\"\n";
        assert_eq!(in_toml(text, "wasm_opt"), Some("version_132"));
        assert_eq!(in_toml(text, "opt"), None);
    }

    #[test]
    fn a_longer_version_is_another_version() {
        assert!(is("trunk 0.21.14", "0.21.14"));
        assert!(is("wasm-opt version 132 (version_132)", "132"));
        assert!(!is("wasm-bindgen 0.2.130", "0.2.13"));
    }

    #[test]
    fn the_major_version_is_the_number_before_the_first_dot() {
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major("ChromeDriver 149.0.1 (a21ce95c24ce-refs/branch-heads/8078@{#1704})"), Some(149));
        assert_eq!(major("no number here"), None);
    }

    #[test]
    fn trunk_is_told_to_use_the_wasm_bindgen_of_the_lock_file() {
        let lock = include_str!("../../Cargo.lock");
        let trunk = include_str!("../../Trunk.toml");
        assert_eq!(in_toml(trunk, "wasm_bindgen"), in_cargo_lock(lock, "wasm-bindgen"));
    }
}
