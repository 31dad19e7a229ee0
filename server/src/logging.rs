//! The log: one line an event, on standard error. What may not be in it is never put into a field: no keys, tokens,
//! proofs, addresses with a query, or user ids.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt};

use crate::config::{LogFormat, Settings};

/// Starts the log of this process.
///
/// # Errors
/// If the filter cannot be read.
pub fn start(settings: &Settings) -> Result<(), ParseError> {
    // The libraries below log whole requests when asked for everything, and these carry keys and tokens.
    let filter = EnvFilter::try_new(format!("{},hyper=warn,hyper_util=warn,h2=warn", settings.log))?;
    let subscriber = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // A log that cannot be written must not take the server with it: the complaint would panic.
        .log_internal_errors(false);
    match settings.log_format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}
