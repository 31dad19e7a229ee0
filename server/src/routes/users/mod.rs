//! `/users`: what a site's backend does to its users.

pub mod revoke;
