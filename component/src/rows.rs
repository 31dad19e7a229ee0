//! What of a list stands where: days begin, and similar neighbours are under the newest of them.
//!
//! Neighbours of one day, type and category are similar. Three or more of them are a group: the newest stands for all,
//! and the others are under it until the reader wants them. What stands in the list already stays there: a group takes
//! in what is new to the list, and nothing that is being read.

use notification_bell_protocol::{ItemId, Timestamp};

/// As few as these are not worth a button.
const GROUP_MIN: usize = 3;

/// What has to be known of an item, in the order of the list.
#[derive(Clone, Debug)]
pub struct Listed<'item> {
    /// Its id.
    pub id: &'item str,
    /// What it is sorted by, before its id; the list goes from later to earlier.
    pub moment: Timestamp,
    /// When its day began.
    pub day_ms: i64,
    /// What kind of notification it is.
    pub kind: Option<&'item str>,
    /// Its category.
    pub category: Option<&'item str>,
}

impl Listed<'_> {
    fn is_like(&self, other: &Self) -> bool {
        self.kind.is_some_and(|kind| !kind.is_empty())
            && self.kind == other.kind
            && self.category == other.category
            && self.day_ms == other.day_ms
    }
}

/// The items under another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many there are.
    pub number: usize,
    /// Whether they are rows of their own now.
    pub is_open: bool,
}

/// An item that stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: ItemId,
    /// What it is sorted by, before its id.
    pub moment: Timestamp,
    /// When its day began.
    pub day_ms: i64,
    /// Whether it is the first of its day.
    pub begins_day: bool,
    /// What is under it.
    pub group: Option<Group>,
    /// Whether it is of an open group, and goes when that is closed.
    pub is_under: bool,
}

impl Row {
    /// What rows are ordered by, descending.
    #[must_use]
    pub fn key(&self) -> (Timestamp, &str) {
        (self.moment, &self.id)
    }
}

/// The row that stands for an item: its own, or that of its group. `None` where there are no rows.
#[must_use]
pub fn row_of(rows: &[Row], key: (Timestamp, &str)) -> Option<usize> {
    let after = rows.partition_point(|row| row.key() >= key);
    (!rows.is_empty()).then(|| after.saturating_sub(1))
}

/// The rows of a list. `before` are those there were a moment ago, `opened` the items whose groups the reader opened.
#[must_use]
pub fn arrange(items: &[Listed<'_>], before: &[Row], opened: &[ItemId]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut before = Before { rows: before.iter().peekable(), opened, has_lost_head: false };
    let mut rest = items.iter().peekable();
    let mut head = rest.next();
    if let Some(head) = head {
        before.stood(head);
    }
    while let Some(item) = head {
        // Those after it that are like it, and do not stand in the list by themselves.
        let mut under = Vec::new();
        head = None;
        for next in rest.by_ref() {
            let stood = before.stood(next);
            if stood || !next.is_like(item) {
                head = Some(next);
                break;
            }
            under.push(next);
        }
        let is_group = under.len() + 1 >= GROUP_MIN;
        let is_open = is_group && opened.iter().any(|id| id == item.id);
        let group = is_group.then_some(Group { number: under.len(), is_open });
        let mut push = |item: &Listed<'_>, group, is_under| {
            let begins_day = rows.last().is_none_or(|last| last.day_ms != item.day_ms);
            let Listed { id, moment, day_ms, .. } = *item;
            rows.push(Row { id: id.to_owned(), moment, day_ms, begins_day, group, is_under });
        };
        push(item, group, false);
        if is_open || !is_group {
            for item in under {
                push(item, None, is_open);
            }
        }
    }
    rows
}

/// The rows there were, gone through together with the items.
struct Before<'rows, Rows: Iterator<Item = &'rows Row>> {
    rows: std::iter::Peekable<Rows>,
    opened: &'rows [ItemId],
    /// The item that was opened last, so far, is not in the list any more.
    has_lost_head: bool,
}

impl<'rows, Rows: Iterator<Item = &'rows Row>> Before<'rows, Rows> {
    /// Whether an item stood in the list by itself. Asked for one after the other.
    fn stood(&mut self, item: &Listed<'_>) -> bool {
        let key = (item.moment, item.id);
        while let Some(row) = self.rows.next_if(|row| row.key() >= key) {
            let is_it = row.key() == key;
            if !row.is_under {
                self.has_lost_head = !is_it && self.opened.contains(&row.id);
            }
            if is_it {
                return !row.is_under || self.has_lost_head;
            }
        }
        false
    }
}

/// Rows of these moments that are alike but for that.
#[cfg(test)]
pub(crate) fn plain_rows(moments: impl IntoIterator<Item = i64>) -> std::sync::Arc<Vec<Row>> {
    let row = |moment: i64| Row {
        id: moment.to_string(),
        moment: Timestamp::from_unix_ms(moment),
        day_ms: 0,
        begins_day: false,
        group: None,
        is_under: false,
    };
    std::sync::Arc::new(moments.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests;
