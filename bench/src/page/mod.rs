//! What was measured, written into a page: the targets, a picture of them, and every figure. The prose around it stays.

mod machine;
mod plot;
mod tables;

use std::{error::Error, fs, path::Path, path::PathBuf};

use clap::Args;

use self::machine::Machine;
use crate::report::Report;

/// What is between these is written here, and nothing else of the page.
const BEGIN: &str = "<!-- measured: `cargo xtask bench` writes what is between here and the end mark -->";
const END: &str = "<!-- end of what was measured -->";
/// Beside the page.
const PICTURE: &str = "performance.svg";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the loads printed with --json, a file for each
    #[arg(required = true)]
    reports: Vec<PathBuf>,
    /// The page that is written into; the picture goes beside it
    #[arg(long, default_value = "docs/PERFORMANCE.md")]
    page: PathBuf,
}

/// Writes what was measured one by one.
///
/// # Errors
/// If a file cannot be read or written, or the page has no place for it.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    };
    let reports: Result<Vec<Report>, Box<dyn Error>> = arguments.reports.iter().map(read).collect();
    write(&arguments.page, &reports?)
}

/// Writes it, with the machine as it is and the day that it is.
///
/// # Errors
/// If a file cannot be read or written, or the page has no place for it.
pub(crate) fn write(page: &Path, reports: &[Report]) -> Result<(), Box<dyn Error>> {
    let machine = Machine::this();
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let measured = format!(
        "{}\n\n{}\n\n![{}]({PICTURE})\n\n{}",
        machine.sentence(),
        tables::of_goals(reports),
        plot::TITLE,
        tables::of_all(reports)
    );
    let text = put_between(&text, &measured).ok_or_else(|| {
        format!("{} has no place for it: a line {BEGIN} and, further down, {END}", page.display())
    })?;
    fs::write(page.with_file_name(PICTURE), plot::draw(reports))?;
    fs::write(page, text)?;
    Ok(())
}

/// The text with this between the marks.
fn put_between(text: &str, measured: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", measured.trim()))
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, put_between};

    #[test]
    fn the_prose_around_it_stays() {
        let page = format!("# Title\n\n{BEGIN}\nold\n{END}\n\nProse.\n");
        let once = put_between(&page, "new").unwrap();
        assert_eq!(once, format!("# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nProse.\n"));
        assert_eq!(put_between(&once, "new").unwrap(), once);
        assert_eq!(put_between("# Title\n", "new"), None);
    }
}
