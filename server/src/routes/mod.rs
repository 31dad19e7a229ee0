//! The endpoints, a file each: what it reads, what it asks of the inbox, what it answers.

pub mod assets;
pub mod categories;
pub mod description;
pub mod health;
pub mod inbox;
pub mod metrics;
pub mod notifications;
pub mod preferences;
pub mod project;
pub mod session;
pub mod templates;
pub mod topics;
pub mod users;
pub mod webhooks;
