//! `/categories`: what a site's backend declares about the categories of its notifications.

pub mod list;
pub mod put;
pub mod remove;
