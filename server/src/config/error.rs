//! Why the settings cannot be used.

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value cannot be read, or a name is unknown.
    #[error("{}", readable(.0))]
    Unreadable(Box<figment::Error>),
    /// A value is not allowed.
    #[error("{setting}: {problem}")]
    NotAllowed {
        /// Its name.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// What is wrong and where, without the types of this program.
fn readable(error: &figment::Error) -> String {
    let path = error.path.join(".");
    let source = error.metadata.as_ref().and_then(|metadata| metadata.source.as_ref()?.file_path());
    let file = source.map(|file| format!("{}: ", file.display())).unwrap_or_default();
    if path.is_empty() { format!("{file}{}", error.kind) } else { format!("{file}{path}: {}", error.kind) }
}
