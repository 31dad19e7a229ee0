//! What several servers share in Redis: nothing that would be missed.
//!
//! Channels on which they wake each other's streams (`network`), and what they count together (`limits`). One Redis, with a name in front of everything, and no
//! cluster: publishing is a fraction of what a database has to do for a send, and plain channels work with every Redis,
//! and what speaks its protocol.

mod address;
mod limits;
mod network;

pub use address::{AddressFault, RedisAddress};
pub use limits::{Full, Place, RedisLimits, Taken};
pub use network::RedisNetwork;
