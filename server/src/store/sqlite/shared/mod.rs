//! What is sent to a topic or to everyone: stored once, and merged into each inbox when it is read.
//!
//! Each of these has a row in `shared`, and came with a shared revision of its project. An inbox has settled up to one
//! of those: what its user received until then has items of its own, and all that can become of an item can become
//! of it. What came later is unsettled: nobody has touched it, so that it needs no item to say how it is. It is read as
//! if it had one, fresh and in the inbox. The first change that reaches any of it settles all of it.
//!
//! So a broadcast costs one row, however many users there are, and a read costs what came since its user's last act.

mod reads;
mod removing;
mod repeats;
mod sending;
mod settling;
#[cfg(test)]
mod tests;
mod topics;

pub(super) use reads::{Reader, numbers};
pub(super) use removing::{advance, next_at, remove_old, reset, withdraw};
pub(super) use repeats::{are_there as has_repeats, fold as fold_repeats, fold_group, has_groups};
pub(super) use sending::{is_full, reached, share};
pub(super) use settling::settle;
pub(super) use topics::clear_emptied;

/// Leaves out what the user has turned off among what is not settled. What is off by default may be in a category that
/// this inbox has nothing of yet.
pub(super) const WANTED: &str = "AND NOT EXISTS (SELECT 1 FROM categories_off o \
     WHERE o.user = i.user AND o.name = i.category) \
     AND NOT EXISTS (SELECT 1 FROM categories d WHERE d.project = :project AND d.name = i.category \
     AND d.is_locked = 0 AND d.is_default = 0 AND NOT EXISTS (SELECT 1 FROM inbox_categories c \
     WHERE c.user = i.user AND c.name = d.name))";
/// Leaves out nothing.
pub(super) const ALL: &str = "";

/// What a user has received and not settled, with the columns of `items`. `:after` is a shared revision that all of it
/// came after, and not before the one up to which the user has settled.
pub(super) const UNSETTLED: &str = "(SELECT :user AS user, x.notification, x.came AS shared, 0 AS revision, 0 AS arrived, \
     0 AS place, x.position, x.category, NULL AS seen_at, NULL AS read_at, NULL AS archived_at, \
     NULL AS snoozed_until, NULL AS actions_done, 1 AS group_count, x.group_key, 0 AS happened, x.due_at FROM (\
     SELECT e.* FROM shared e WHERE e.project = :project AND e.topic IS NULL AND e.removed_at IS NULL \
     AND e.came > :after \
     UNION ALL \
     SELECT t.* FROM subscriptions s JOIN shared t ON t.topic = s.topic AND t.removed_at IS NULL \
     AND t.came > CASE WHEN s.since > :after THEN s.since ELSE :after END \
     AND t.came <= coalesce(s.until, t.came) WHERE s.user = :user) x)";
