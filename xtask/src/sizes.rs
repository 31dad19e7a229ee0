//! How large the element's files are, plain and as they travel.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Sizes of one file in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) plain: usize,
    pub(crate) gzip: usize,
    pub(crate) brotli: usize,
}

/// The scripts and the WebAssembly that a page with the element loads, by name.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn of_element(dist: &Path) -> Result<Vec<(String, Sizes)>, Failure> {
    let mut files: Vec<PathBuf> = fs::read_dir(dist)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(Failure::file("read", dist))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "js" || extension == "wasm"));
    files.sort();
    let measured = files.iter().map(|file| {
        let sizes =
            fs::read(file).and_then(|contents| measure(&contents)).map_err(Failure::file("read", file))?;
        Ok((file.file_name().unwrap_or_default().to_string_lossy().into_owned(), sizes))
    });
    measured.collect()
}

/// With the strongest settings, as a file that is compressed once and served many times deserves.
fn measure(contents: &[u8]) -> io::Result<Sizes> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(contents)?;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*contents, &mut brotli, &parameters)?;
    Ok(Sizes { plain: contents.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
}

/// The lines of a table with a heading and a sum.
pub(crate) fn table(files: &[(String, Sizes)]) -> Vec<String> {
    let total = files.iter().fold(Sizes::default(), |sum, (_, file)| Sizes {
        plain: sum.plain + file.plain,
        gzip: sum.gzip + file.gzip,
        brotli: sum.brotli + file.brotli,
    });
    let width = files.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max("together".len());
    let row = |name: &str, sizes: &Sizes| {
        let [plain, gzip, brotli] = [sizes.plain, sizes.gzip, sizes.brotli].map(kibibytes);
        format!("{name:width$}  {plain:>12}  {gzip:>12}  {brotli:>12}")
    };
    let mut lines = vec![format!("{:width$}  {:>12}  {:>12}  {:>12}", "", "plain", "gzip", "brotli")];
    lines.extend(files.iter().map(|(name, sizes)| row(name, sizes)));
    lines.push(row("together", &total));
    lines
}

/// Bytes as KiB with one decimal.
pub(crate) fn kibibytes(bytes: usize) -> String {
    let tenths = (bytes * 10 + 512) / 1024;
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_a_tenth_of_a_kibibyte() {
        assert_eq!(kibibytes(0), "0.0 KiB");
        assert_eq!(kibibytes(1024), "1.0 KiB");
        assert_eq!(kibibytes(1536 + 103), "1.6 KiB");
    }

    #[test]
    fn what_repeats_itself_becomes_smaller() {
        let sizes = measure(&[b'a'; 4096]).unwrap();
        assert_eq!(sizes.plain, 4096);
        assert!(sizes.gzip < 100 && sizes.brotli < 100, "{sizes:?}");
    }

    #[test]
    fn only_scripts_and_webassembly_are_measured_and_summed_up() {
        let dist = tempfile::tempdir().unwrap();
        for name in ["notification-bell.js", "element_bg.wasm", "index.html"] {
            fs::write(dist.path().join(name), [b'a'; 1024]).unwrap();
        }
        let files = of_element(dist.path()).unwrap();
        assert_eq!(
            files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["element_bg.wasm", "notification-bell.js"]
        );
        assert!(table(&files).last().unwrap().contains("2.0 KiB"));
    }
}
