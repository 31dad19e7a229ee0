//! What happens to a request before a route sees it, and to an answer after it: connections, limits, shapes, logs.

pub mod accept;
pub mod admission;
pub mod body;
pub mod client;
pub mod cors;
pub mod doctor;
mod finish;
pub mod language;
mod last_requests;
mod leaving;
pub mod limits;
pub mod listener;
mod open_files;
pub mod path;
pub mod query;
pub mod quotas;
pub mod report;
pub(crate) mod shape;
pub mod tls;
