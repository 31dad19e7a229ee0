//! `/project`: what a site's backend does to its project as a whole.

pub mod revoke;
