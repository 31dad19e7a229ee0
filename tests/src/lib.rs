//! The harness of the black-box tests: it runs the real binary, talks to it over HTTP, and says what went wrong.
//!
//! It knows the wire and the command line only, never the server's code. Every wait has a limit and ends in a
//! message; nothing waits by sleeping.
#![expect(clippy::missing_panics_doc, reason = "the harness of a test reports by panicking")]

mod api;
mod binary;
pub mod browser;
pub mod collector;
mod description;
mod events;
mod installation;
mod ledger;
mod moments;
mod nginx;
mod postgres;
mod project;
mod provider;
mod raw;
mod receiver;
mod redis;
mod reply;
mod server;
mod session;
mod stream;
mod vectors;
mod waiting;

pub use api::Api;
pub use binary::server_binary;
pub use description::Description;
pub use events::{Event, EventParser};
pub use installation::{Installation, Output};
pub use ledger::Ledger;
pub use moments::after;
pub use nginx::Nginx;
pub use postgres::{Database, Postgres};
pub use project::{Project, hmac_base64, hmac_hex, hmac_sha256};
pub use provider::{Provider, SigningKey};
pub use raw::RawConnection;
pub use receiver::{Answering, Message, Receiver};
pub use redis::Redis;
pub use reply::{Reply, assert_problem, pointers};
pub use server::{Server, ServerBuilder};
pub use session::Session;
pub use stream::{Ending, EventStream};
pub use vectors::{Vector, hmac_vectors};
pub use waiting::{ANSWER_LIMIT, eventually, within};
