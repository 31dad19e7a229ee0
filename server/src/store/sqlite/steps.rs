//! Whether what was just sent can be told without reading the inboxes that it came into.

use rusqlite::{Connection, params};

use super::categories;
use crate::store::{NewNotification, ProjectKey, StoreError, step::Raised};

/// Whether a user has the category `?3` of the project `?2` on.
const IS_ON: &str = "SELECT coalesce(d.is_locked, 0) = 1 OR coalesce(c.wanted, d.is_default, 1) = 1 FROM (SELECT 1) \
     LEFT JOIN inbox_categories c ON c.user = ?1 AND c.name = ?3 \
     LEFT JOIN categories d ON d.project = ?2 AND d.name = ?3";
const IS_OFF_FOR_SOME: &str = "SELECT 1 FROM inbox_categories WHERE name = ?1 AND wanted = 0";

/// Where a notification has come, and with which revision.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrival {
    /// Into the inbox of the user with this key.
    InOne {
        /// Whose.
        user: i64,
        /// That of the inbox.
        revision: i64,
    },
    /// Into all inboxes of the project.
    InAll {
        /// The shared one.
        revision: i64,
    },
}

/// What it raised, if whoever knew the inbox before knows it now: it is the same in all languages, takes no other's
/// place, and nobody who received it has turned it off.
pub(super) fn told(
    connection: &Connection,
    project: ProjectKey,
    notification: &NewNotification,
    arrival: Arrival,
) -> Result<Option<Raised>, StoreError> {
    if !notification.texts.is_empty() || notification.group_key.is_some() {
        return Ok(None);
    }
    let category = notification.category.as_deref();
    let (raised, is_wanted) = match arrival {
        Arrival::InOne { user, revision } => {
            (Raised::Own(revision), is_on(connection, project, user, category)?)
        }
        Arrival::InAll { revision } => {
            (Raised::Shared(revision), is_on_for_all(connection, project, category)?)
        }
    };
    Ok(is_wanted.then_some(raised))
}

fn is_on(
    connection: &Connection,
    project: ProjectKey,
    user: i64,
    category: Option<&str>,
) -> Result<bool, StoreError> {
    let Some(category) = category else { return Ok(true) };
    Ok(connection.prepare_cached(IS_ON)?.query_row(params![user, project.0, category], |row| row.get(0))?)
}

/// Whether nobody has turned it off, in any project: more is not asked.
fn is_on_for_all(
    connection: &Connection,
    project: ProjectKey,
    category: Option<&str>,
) -> Result<bool, StoreError> {
    let Some(category) = category else { return Ok(true) };
    let (by_default, is_locked) = categories::reach(connection, project, category)?;
    if is_locked || !by_default {
        return Ok(is_locked);
    }
    Ok(!connection.prepare_cached(IS_OFF_FOR_SOME)?.exists([category])?)
}
