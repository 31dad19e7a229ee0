//! Whether the tests that `docs/SECURITY.md` names are there: a table of attacks is worth what stands behind it.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::workspace::Workspace;

const TABLE: &str = "docs/SECURITY.md";
/// Where tests are.
const SOURCES: [&str; 2] = ["server", "tests"];

/// The names of tests in the table that no test has.
///
/// # Errors
/// If something cannot be read.
pub(crate) fn without_a_test(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let table = workspace.root.join(TABLE);
    let text = fs::read_to_string(&table).map_err(Failure::file("read", &table))?;
    let mut sources = String::new();
    for folder in SOURCES {
        gather(&workspace.root.join(folder), &mut sources)?;
    }
    let is_there = |name: &str| sources.contains(&format!("fn {name}("));
    Ok(names(&text).into_iter().filter(|name| !is_there(name)).map(str::to_owned).collect())
}

/// What stands in backticks in the last column.
fn names(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')?.rsplit('|').next());
    rows.flat_map(|tests| tests.split('`').skip(1).step_by(2)).collect()
}

fn gather(folder: &Path, sources: &mut String) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file("read", folder))? {
        let path = entry.map_err(Failure::file("read", folder))?.path();
        if path.is_dir() {
            gather(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).map_err(Failure::file("read", &path))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn the_last_column_names_the_tests() {
        let table = "| attack | tests |\n|---|---|\n| `crit` | `one` `two` |\n\nText with `code`.\n";
        assert_eq!(names(table), ["one", "two"]);
    }
}
