//! `/session`: a proof of who the user is buys a token.

pub mod create;
pub mod end;
