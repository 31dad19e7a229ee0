//! The companion of `<notification-bell>`: checks who a user is, keeps what they should see, and streams it to them.
//!
//! The way of a request: `edge` → `router` → `routes` → `inbox` → `store`; what changed goes back out through `hub`.
//! `auth` is the only room that handles keys, proofs and tokens, `store` the only one with SQL in it.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod description;
pub mod edge;
pub mod error;
pub mod hub;
pub mod ids;
pub mod inbox;
pub mod languages;
pub mod lease;
pub mod logging;
pub mod metrics;
pub mod outbound;
pub mod project;
pub mod randomness;
pub mod redis;
pub mod router;
pub mod routes;
pub mod store;
mod strict_json;
pub mod traces;
pub mod webhooks;
