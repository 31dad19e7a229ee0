//! `/preferences`: which categories reach the inbox of a session's user.

pub mod change;
pub mod show;
