//! `/users`: what a site's backend does to its users.

pub mod erase;
pub mod export;
pub mod inbox;
pub mod revoke;

use crate::{
    auth::user_id::UserId,
    error::Error,
    store::{Project, UserRef},
};

/// The user whom a path names.
fn named(project: &Project, id: &str) -> Result<UserRef, Error> {
    let user =
        UserId::parse(id, project.user_id_rule).map_err(|fault| Error::invalid_user_id("/id", fault))?;
    Ok(UserRef { project: project.key, user })
}
