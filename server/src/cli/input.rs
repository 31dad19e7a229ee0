//! What commands are given that nobody else should see: on standard input, because every user of a machine sees the
//! arguments of its processes.

use std::{fs::File, io::Read};

use super::CommandError;
use crate::error::Error;

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

/// What is in a file, or on standard input where its name is `-`.
pub(super) fn file_or_standard_input(name: &str) -> Result<Vec<u8>, CommandError> {
    let unreadable = |error| CommandError::Failed(format!("{name} cannot be read: {error}"));
    let mut bytes = Vec::new();
    let read = if name == "-" {
        std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        File::open(name).map_err(unreadable)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)
    };
    let length = read.map_err(unreadable)?;
    let most = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    if length > most {
        return Err(Error::BodyTooLarge(most).into());
    }
    Ok(bytes)
}

/// An argument, or standard input, without the line break that ends a file or the output of `echo`.
pub(super) fn line_or_standard_input(argument: String) -> Result<String, CommandError> {
    let text = argument_or_standard_input(argument)?;
    Ok(text
        .strip_suffix('\n')
        .map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line))
        .to_owned())
}
