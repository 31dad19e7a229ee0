//! What commands are given that nobody else should see: on standard input, because every user of a machine sees the
//! arguments of its processes.

use std::io::Read;

use super::CommandError;

/// Nothing that is asked for is longer by far.
const MAX_BYTES: u64 = 1_024 * 1_024;

/// An argument as it is, or standard input where it is `-`.
pub(super) fn argument_or_standard_input(argument: String) -> Result<String, CommandError> {
    if argument != "-" {
        return Ok(argument);
    }
    let mut text = String::new();
    let read = std::io::stdin().take(MAX_BYTES).read_to_string(&mut text);
    read.map_err(|error| CommandError::Failed(format!("standard input cannot be read: {error}")))?;
    Ok(text)
}

/// The same, without the line break that ends a file or the output of `echo`.
pub(super) fn line_or_standard_input(argument: String) -> Result<String, CommandError> {
    let text = argument_or_standard_input(argument)?;
    Ok(text
        .strip_suffix('\n')
        .map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line))
        .to_owned())
}
