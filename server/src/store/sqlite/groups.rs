//! Items that stand for several: one that repeats another takes its place.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::{
    counts::Delta,
    inbox_changes::{self, CANDIDATE_COLUMNS, Candidate},
};
use crate::store::{ItemState, Place, StoreError};

/// Removes what is unread in an inbox and of the same group, with the revision of what takes its place; gives how many
/// that then stands for. It is more than one item when a reader has marked an older one as unread again.
pub(super) fn fold(
    connection: &Connection,
    user: i64,
    revision: i64,
    key: &str,
    now: Timestamp,
    delta: &mut Delta,
) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS}, i.group_count FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.user = ?1 AND i.group_key = ?2 AND i.group_key IS NOT NULL AND i.place = 0 AND i.read_at IS NULL"
    );
    let folded: Vec<(Candidate, i64)> = connection
        .prepare_cached(&sql)?
        .query_map(params![user, key], |row| Ok((inbox_changes::candidate(row)?, row.get("group_count")?)))?
        .collect::<Result<_, _>>()?;
    let mut count = 1;
    for (candidate, of_it) in &folded {
        count += of_it;
        let after = ItemState { place: Place::Removed, ..candidate.state.clone() };
        delta.add(candidate.category.as_deref(), Some(&candidate.state), &after);
        inbox_changes::write(connection, user, revision, candidate, &after, now)?;
    }
    Ok(count)
}
