//! Calls to addresses that somebody configured.
//!
//! Whoever may configure one could otherwise have this server read what only it can reach: its own ports, the
//! network around it, the keys that a cloud hands to its machines. So a call goes to public addresses alone, over
//! https, unless the operator listed the host; the address that was checked is the one that is connected to.

pub mod allowed;
pub mod client;
mod error;
mod freshness;
mod post;
mod public_address;
pub mod resolver;
#[cfg(test)]
mod tests;

pub use client::{Fetched, Outbound, Timeouts};
pub use error::OutboundError;
pub(crate) use error::chain;
pub use post::Posted;
