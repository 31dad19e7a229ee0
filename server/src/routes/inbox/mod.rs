//! `/inbox`: what the user of a session sees and does.

use uuid::Uuid;

use crate::error::Error;

pub mod change;
pub mod list;
pub mod mark;
pub mod remove;
pub mod stream;

/// The id in a path. What is no id names no item.
fn item_id(text: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(text).map_err(|_| Error::NotFound("This inbox has no such item."))
}
