//! Several servers on one real `PostgreSQL` that wake each other's streams through a real Redis: who hears what, what
//! happens when any of these is killed, paused or cut off, and that nothing is lost by it.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as the tests do")]

mod attacks;
mod balancer;
mod clocks;
mod cluster;
mod ending;
mod faults;
mod limits;
mod load;
mod model;
mod namespace;
mod proofs;
mod reader;
mod rolling;
mod sender;
mod shown;
mod through_postgres;
mod user;
mod waking;
