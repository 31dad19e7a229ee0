//! `/notifications`: what a site's backend sends.

pub mod send;
