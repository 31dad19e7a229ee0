//! The rows of a list that are drawn, and by how much what is being read was moved.

use std::{ops::Range, sync::Arc};

use notification_bell_protocol::ItemId;

use crate::{heights::Heights, rows::Row, task::Task};

/// So many rows are drawn, wherever the reader is.
const WHOLE_MAX: usize = 60;
/// What is drawn beyond what is on screen, in CSS pixels, so that scrolling does not come to its end at once.
const AHEAD: f64 = 700.0;
/// When less than this is left of it, more is drawn.
const AHEAD_MIN: f64 = 250.0;
/// So many rows are drawn at once where the list is filled from its top, after a first one, with which most is compiled.
const AT_ONCE: usize = 2;

#[derive(Default)]
pub(super) struct Stretch {
    pub(super) heights: Heights,
    /// The rows near what is on screen.
    pub(super) near: Range<usize>,
    /// All that are drawn, in their order.
    pub(super) drawn: Vec<usize>,
    /// Those that were drawn where the list was at its top, and are not measured yet.
    from_top: Vec<ItemId>,
    /// How far what is being read was moved, and the list is still to be scrolled.
    pub(super) moved: f64,
    /// Waits for the rows to be drawn.
    pub(super) settling: Option<Task>,
    /// The next look, where this moment is not the right one.
    pub(super) later: Option<Task>,
    /// Draws the rows that were left out, where there are some.
    pub(super) filling: Option<Task>,
}

impl Stretch {
    /// The row that is to stay where it is on screen: the one with the focus, else the first that is all there.
    pub(super) fn anchor(&self, top: f64, bottom: f64, focused: Option<&ItemId>) -> Option<usize> {
        let seen = self.heights.between(top, bottom);
        let rows = self.heights.rows();
        let focused = self.drawn.iter().copied().find(|index| {
            seen.contains(index) && rows.get(*index).is_some_and(|row| Some(&row.id) == focused)
        });
        // One that is cut off at the top may grow upwards.
        let is_cut = seen.len() > 1 && self.heights.top(seen.start) < top;
        focused.or_else(|| (!seen.is_empty()).then_some(seen.start + usize::from(is_cut)))
    }

    /// Takes other rows.
    pub(super) fn follow(&mut self, rows: Arc<Vec<Row>>, anchor: Option<usize>) {
        let before = Arc::clone(self.heights.rows());
        let before_top = self.heights.top(anchor.unwrap_or_default());
        self.heights.follow(rows);
        if let Some(anchor) = anchor.and_then(|anchor| before.get(anchor)) {
            // It, or where it is gone, the next.
            let index = self.heights.rows().partition_point(|row| row.key() > anchor.key());
            self.moved += self.heights.top(index) - before_top;
        }
    }

    /// Notes what is drawn at the top. Whoever scrolls before it is measured has it above, at its own height already.
    pub(super) fn note_from_top(&mut self) {
        let rows = self.heights.rows();
        let is_new = |index: &&usize| !self.heights.is_measured(**index);
        self.from_top =
            self.drawn.iter().filter(is_new).filter_map(|index| Some(rows.get(*index)?.id.clone())).collect();
    }

    /// Takes the heights that rows turned out to have.
    pub(super) fn take_heights(&mut self, heights: &[(usize, f64)], anchor: Option<usize>) {
        let rows = Arc::clone(self.heights.rows());
        let is_from_top = |index: usize| rows.get(index).is_some_and(|row| self.from_top.contains(&row.id));
        let (from_top, others): (Vec<_>, Vec<_>) =
            heights.iter().copied().partition(|(index, _)| is_from_top(*index));
        self.measure(&from_top, None);
        self.measure(&others, anchor);
        self.from_top.retain(|id| from_top.iter().all(|(index, _)| rows[*index].id != *id));
    }

    /// What is above the anchor and has another height than was thought moves it.
    fn measure(&mut self, heights: &[(usize, f64)], anchor: Option<usize>) {
        let before_top = self.heights.top(anchor.unwrap_or_default());
        self.heights.measure(heights);
        self.moved += self.heights.top(anchor.unwrap_or_default()) - before_top;
    }

    /// Chooses the rows that are drawn.
    pub(super) fn choose(&mut self, top: f64, bottom: f64, kept: &[usize]) {
        let length = self.heights.rows().len();
        let needed = self.heights.between(top - AHEAD_MIN, bottom + AHEAD_MIN);
        let is_there = self.near.start <= needed.start && needed.end <= self.near.end;
        if length <= WHOLE_MAX {
            self.near = 0..length;
        } else if !is_there {
            self.near = self.heights.between(top - AHEAD, bottom + AHEAD);
        }
        self.drawn = self.near.clone().collect();
        for index in kept {
            if !self.near.contains(index) {
                let place = self.drawn.partition_point(|other| other < index);
                self.drawn.insert(place, *index);
            }
        }
        self.drawn.dedup();
    }

    /// Leaves out all but a few of the rows that are not there yet, and says whether it has.
    pub(super) fn ration(&mut self, there: &[ItemId]) -> bool {
        let (rows, length, mut new) = (Arc::clone(self.heights.rows()), self.drawn.len(), 0);
        self.drawn.retain(|index| {
            let is_there = rows.get(*index).is_some_and(|row| there.contains(&row.id));
            new += usize::from(!is_there);
            is_there || new <= if there.is_empty() { 1 } else { AT_ONCE }
        });
        self.drawn.len() < length
    }

    /// What is above each row that is drawn, and what is below the last.
    pub(super) fn gaps(&self) -> (Vec<(ItemId, f64)>, f64) {
        let (rows, mut end) = (self.heights.rows(), 0);
        let mut gaps = Vec::new();
        for index in self.drawn.iter().copied() {
            if let Some(row) = rows.get(index) {
                gaps.push((row.id.clone(), self.heights.of(end..index)));
                end = index + 1;
            }
        }
        (gaps, self.heights.of(end..rows.len()))
    }
}
