//! Items that stand for several: one that repeats another takes its place.

use notification_bell_protocol::Timestamp;

use super::{
    items::{self, CANDIDATE_COLUMNS, Changed},
    transaction::Db,
};
use crate::store::{ItemState, Place, StoreError, numbers_kept::Delta};

/// Removes what is unread in an inbox and of the same group, with the revision of what takes its place; gives how many
/// that then stands for. It is more than one item when a reader has marked an older one as unread again. The row of the
/// inbox is locked.
pub(super) async fn fold(
    db: &Db<'_>,
    inbox: i64,
    revision: i64,
    group: &str,
    now: Timestamp,
    delta: &mut Delta,
) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT {CANDIDATE_COLUMNS}, i.group_count FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.inbox = $1 AND i.group_key = $2 AND i.group_key IS NOT NULL AND i.place = 0 AND i.read_at IS NULL"
    );
    let found = db.all(&sql, &[&inbox, &group]).await?;
    let mut count = 1;
    let mut folded = Vec::with_capacity(found.len());
    for row in &found {
        count += row.try_get::<_, i64>("group_count")?;
        folded.push(items::candidate(row)?);
    }
    if folded.is_empty() {
        return Ok(count);
    }
    let changed: Vec<Changed<'_>> = folded
        .iter()
        .map(|candidate| {
            let after = ItemState { place: Place::Removed, ..candidate.state.clone() };
            delta.add(candidate.category.as_deref(), Some(&candidate.state), &after);
            Changed { inbox, revision, candidate, after }
        })
        .collect();
    let happened: Vec<_> = folded.iter().map(|candidate| candidate.state.happened).collect();
    items::write(db, &changed, &happened, now).await?;
    Ok(count)
}
