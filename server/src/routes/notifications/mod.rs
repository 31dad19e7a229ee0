//! `/notifications`: what a site's backend sends.

use uuid::Uuid;

use crate::error::Error;

pub mod batch;
pub mod list;
pub mod send;
pub mod show;
pub mod withdraw;

/// The id in a path. What is no id names no notification.
fn notification_id(text: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(text).map_err(|_| Error::NotFound("This project has no such notification."))
}
