//! The pages in dist/ as they are served: without what only Trunk reads, and the empty lines that it leaves.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Tidies every page in a folder.
///
/// # Errors
/// If a page cannot be read or written.
pub(crate) fn tidy(folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file("read", folder))? {
        let path = entry.map_err(Failure::file("read", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let page = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
            fs::write(&path, tidied(&page)).map_err(Failure::file("write", &path))?;
        }
    }
    Ok(())
}

/// A page without Trunk's own links, and with no more than one empty line at a time.
fn tidied(page: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in page.lines().filter(|line| !line.trim_start().starts_with("<link data-trunk")) {
        // Lines of nothing but spaces are what is left of links; an empty line was meant, and a second one was not.
        let is_wanted = if line.is_empty() { kept.last() != Some(&"") } else { !line.trim().is_empty() };
        if is_wanted {
            kept.push(line);
        }
    }
    kept.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::tidied;

    #[test]
    fn a_page_is_served_as_if_trunk_had_never_been_there() {
        let built = "<head>\n  <link rel=\"icon\" />\n  <link data-trunk rel=\"rust\" data-trunk-id=\"0\" />\n    \n    \n  <script></script>\n</head>\n\n\n<body>\n\n</body>\n";
        let served = "<head>\n  <link rel=\"icon\" />\n  <script></script>\n</head>\n\n<body>\n\n</body>\n";
        assert_eq!(tidied(built), served);
    }
}
