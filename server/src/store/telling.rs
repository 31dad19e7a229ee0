//! What is told of what changed in an inbox, and how much of it. A stream that is further behind loads the list again:
//! that is less to send, and bounded.

use std::ops::ControlFlow;

use notification_bell_protocol::{Counts, Item, Sync};
use uuid::Uuid;

use super::{
    Changes, Place, StoreError,
    reading::{ItemRow, UserRow},
    revision::{Incarnation, StateNumbers},
};

/// So many changes.
const MAX_CHANGES: usize = 200;
/// One more tells that there are too many.
pub(super) const LIMIT: usize = MAX_CHANGES + 1;
/// As much of them: what is longer is not sent, and is not to be kept until it is not.
const MAX_CHANGES_BYTES: usize = 256 * 1_024;
/// Fewer items are never as long as that.
const FEW: usize = 4;

/// What is new and gone of what is shared and not settled.
#[derive(Clone)]
pub(super) struct News {
    pub(super) changed: Vec<Item>,
    pub(super) gone: Vec<Uuid>,
}

/// Somebody who has to be told of changes, which are to be read.
pub(super) struct Behind {
    pub(super) since: StateNumbers,
    /// Nothing of the inbox's own has changed, and nothing was settled.
    pub(super) only_shared: bool,
    sync: Sync,
}

/// How far behind the state of an inbox a revision is; or the answer, where nothing has to be read for it.
pub(super) fn behind(
    row: &UserRow,
    incarnation: &Incarnation,
    counts: Counts,
    since: &str,
) -> ControlFlow<Changes, Behind> {
    let sync =
        Sync { changed: Vec::new(), removed: Vec::new(), counts, revision: incarnation.revision(row.state) };
    // Older than what is remembered or than the last choice of categories, or of a future that a restored backup does not know.
    let Some(since) = incarnation.state_numbers(since).filter(|since| {
        (row.floor.own..=row.state.own).contains(&since.own)
            && (row.floor.shared..=row.state.shared).contains(&since.shared)
    }) else {
        return ControlFlow::Break(Changes::Reset(sync));
    };
    if since == row.state {
        return ControlFlow::Break(Changes::Since(sync));
    }
    let only_shared = since.own == row.state.own && row.settled <= since.shared;
    ControlFlow::Continue(Behind { since, only_shared, sync })
}

impl Behind {
    /// The answer, of the inbox's own changes and the news.
    pub(super) fn told(self, own: Vec<ItemRow>, News { changed, gone }: News) -> Result<Changes, StoreError> {
        let mut sync = self.sync;
        if own.len() + changed.len() + gone.len() > MAX_CHANGES {
            return Ok(Changes::Reset(sync));
        }
        sync.removed.extend(gone.iter().map(ToString::to_string));
        for row in own {
            if row.place == Place::Removed {
                sync.removed.push(row.item.id);
            } else {
                sync.changed.push(row.item);
            }
        }
        sync.changed.extend(changed);
        if is_too_long(&sync.changed)? {
            return Ok(Changes::Reset(Sync { changed: Vec::new(), removed: Vec::new(), ..sync }));
        }
        Ok(Changes::Since(sync))
    }
}

/// Whether items are longer than what is told.
fn is_too_long(items: &[Item]) -> Result<bool, StoreError> {
    let mut bytes = 0;
    if items.len() > FEW {
        for item in items {
            bytes += serde_json::to_vec(item).map_err(|error| StoreError::Database(Box::new(error)))?.len();
        }
    }
    Ok(bytes > MAX_CHANGES_BYTES)
}
