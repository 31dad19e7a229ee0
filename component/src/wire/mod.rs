//! The types of the protocol, read from JSON values and written as such.
//!
//! By hand and not with `serde`, which does the same at the other end of the wire: what it generates to read and
//! write these types was a fifth of the element's size. The tests hold this against it.

mod members;
mod read;
mod write;

pub use members::Fault;
pub use read::{answer, grant, item, mark, page, patch, preferences, sync};
pub use write::{
    action_value, counts_value, item_value, mark_value, page_value, patch_value, preferences_value,
    session_value,
};

#[cfg(test)]
mod tests;
