//! `/webhooks`: where a site's backend is told what its users do.

pub mod change;
pub mod create;
pub mod deliveries;
pub mod list;
pub mod remove;
pub mod replay;
pub mod rotate_secret;
pub mod show;
pub mod test;
