//! What is sent to a topic or to everyone: stored once, and merged into each inbox when it is read.
//!
//! Each of these has a row in `shared`, and came with a shared revision of its project. An inbox has settled up to one
//! of those: what its user received until then has items of its own, and all that can become of an item can become
//! of it. What came later is unsettled: nobody has touched it, so that it needs no item to say how it is. It is read as
//! if it had one, fresh and in the inbox. The first change that reaches any of it settles all of it.
//!
//! So a broadcast costs one row, however many users there are, and a read costs what came since its user's last act.
//!
//! Whoever settles holds the project still meanwhile: nothing is shared, withdrawn or left between one statement and
//! the next, so that nothing is settled twice or passed over.

mod reads;
mod removing;
mod repeats;
mod sending;
mod settling;
mod topics;

pub(super) use reads::{Reader, numbers};
pub(super) use removing::{
    advance_one_project, forget, next_at, projects_with_due, remove_old, reset, withdraw,
};
pub(super) use repeats::{are_there as has_repeats, fold as fold_repeats, fold_group, has_groups};
pub(super) use sending::{Sharing, reached};
pub(super) use settling::settle;
pub(super) use topics::{Cleared, clear_emptied};

/// Leaves out what the user has turned off among what is not settled. What is off by default may be in a category that
/// this inbox has nothing of yet. `$2` is the project.
pub(super) const WANTED: &str = "AND NOT EXISTS (SELECT 1 FROM categories_off o \
     WHERE o.inbox = i.inbox AND o.name = i.category) \
     AND NOT EXISTS (SELECT 1 FROM categories d WHERE d.project = $2 AND d.name = i.category \
     AND NOT d.is_locked AND NOT d.is_default AND NOT EXISTS (SELECT 1 FROM inbox_categories c \
     WHERE c.inbox = i.inbox AND c.name = d.name))";
/// Leaves out nothing.
pub(super) const ALL: &str = "";

/// What a user has received and not settled, with the columns of `items`. `$1` is the key of the inbox, `$2` the project,
/// and `$3` a shared revision that all of it came after, and not before the one up to which the user has settled.
///
/// `OFFSET 0` has each subscription look into the index of its topic. By itself PostgreSQL takes an inbox to be in for
/// much of what is shared, and reads all of that.
pub(super) const UNSETTLED: &str = "(SELECT $1::bigint AS inbox, x.notification, x.came AS shared, 0::bigint AS revision, \
     0::bigint AS arrived, 0::bigint AS place, x.position, x.category, NULL::bigint AS seen_at, NULL::bigint AS read_at, \
     NULL::bigint AS archived_at, NULL::bigint AS snoozed_until, NULL::text AS actions_done, 1::bigint AS group_count, \
     x.group_key, 0::bigint AS happened, x.due_at FROM (\
     SELECT e.* FROM shared e WHERE e.project = $2 AND e.topic IS NULL AND e.removed_at IS NULL AND e.came > $3 \
     UNION ALL \
     SELECT t.* FROM subscriptions s CROSS JOIN LATERAL (SELECT * FROM shared WHERE topic = s.topic \
     AND topic IS NOT NULL AND removed_at IS NULL AND came > greatest(s.since, $3) \
     AND came <= coalesce(s.until, 9223372036854775807) OFFSET 0) t WHERE s.inbox = $1) x)";
