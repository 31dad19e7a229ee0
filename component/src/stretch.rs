//! The rows of a list that are drawn, and by how much what is being read was moved.
//!
//! Where things are is in CSS pixels, from the top of the first row.

use std::{ops::Range, sync::Arc};

use notification_bell_protocol::ItemId;

use crate::{heights::Heights, rows::Row};

/// So many rows are drawn, wherever the reader is.
const WHOLE_MAX: usize = 60;
/// What is drawn beyond what is on screen, in CSS pixels, so that scrolling does not come to its end at once.
const AHEAD: f64 = 700.0;
/// When less than this is left of it, more is drawn.
const AHEAD_MIN: f64 = 250.0;
/// So many rows are drawn at once where the list is filled from its top, after a first one, with which most is compiled.
const AT_ONCE: usize = 2;

/// The rows of one list, and which of them are drawn.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    heights: Heights,
    /// The rows near what is on screen.
    near: Range<usize>,
    /// All that are drawn, in their order.
    drawn: Vec<usize>,
    /// Those of them that were drawn where the list was at its top, and are not measured yet.
    from_top: Vec<ItemId>,
    /// How far what is being read was moved, and the list is still to be scrolled.
    moved: f64,
}

impl Stretch {
    /// The rows, drawn or not.
    #[must_use]
    pub const fn rows(&self) -> &Arc<Vec<Row>> {
        self.heights.rows()
    }

    /// The numbers of those that are drawn, in their order.
    #[must_use]
    pub fn drawn(&self) -> &[usize] {
        &self.drawn
    }

    /// How far the list is to be scrolled for what is being read to stay where it is.
    #[must_use]
    pub const fn moved(&self) -> f64 {
        self.moved
    }

    /// The same in whole pixels, by which browsers scroll; the list is scrolled then. The rest waits until it is one.
    pub fn take_moved(&mut self) -> f64 {
        let whole = self.moved.round_ties_even();
        self.moved -= whole;
        whole
    }

    /// The row that is to stay where it is on screen: the one with the focus, else the first that is all there.
    #[must_use]
    pub fn anchor(&self, top: f64, bottom: f64, focused: Option<&ItemId>) -> Option<usize> {
        let seen = self.heights.between(top, bottom);
        let rows = self.heights.rows();
        let focused = self.drawn.iter().copied().find(|index| {
            seen.contains(index) && rows.get(*index).is_some_and(|row| Some(&row.id) == focused)
        });
        // One that is cut off at the top may grow upwards.
        let is_cut = seen.len() > 1 && self.heights.top(seen.start) < top;
        focused.or_else(|| (!seen.is_empty()).then_some(seen.start + usize::from(is_cut)))
    }

    /// Takes other rows. What moves the anchor is added to what is to be scrolled.
    pub fn follow(&mut self, rows: Arc<Vec<Row>>, anchor: Option<usize>) {
        let before = Arc::clone(self.heights.rows());
        let before_top = self.heights.top(anchor.unwrap_or_default());
        self.heights.follow(rows);
        if let Some(anchor) = anchor.and_then(|anchor| before.get(anchor)) {
            // It, or where it is gone, the next.
            let index = self.heights.rows().partition_point(|row| row.key() > anchor.key());
            self.moved += self.heights.top(index) - before_top;
        }
        self.near = 0..0;
    }

    /// Notes which of the rows that are drawn were drawn at the top, and are not measured. Whoever scrolls before they are
    /// has them above at their own heights already.
    pub fn note_from_top(&mut self, is_at_top: bool) {
        let (rows, heights, from_top) = (self.heights.rows(), &self.heights, &self.from_top);
        let new = self.drawn.iter().filter(|index| !heights.is_measured(**index));
        let ids = new.filter_map(|index| rows.get(*index).map(|row| &row.id));
        self.from_top = ids.filter(|id| is_at_top || from_top.contains(*id)).cloned().collect();
    }

    /// Takes the heights that rows turned out to have.
    pub fn measure(&mut self, heights: &[(usize, f64)], anchor: Option<usize>) {
        let before = self.supposed_above(anchor);
        self.heights.measure(heights);
        self.moved += self.supposed_above(anchor) - before;
        let rows = self.heights.rows();
        self.from_top.retain(|id| heights.iter().all(|(index, _)| rows[*index].id != *id));
    }

    /// How high what is above a row is taken for, but for what is there at its own height whatever it is taken for.
    fn supposed_above(&self, row: Option<usize>) -> f64 {
        let (row, rows) = (row.unwrap_or_default(), self.heights.rows());
        let is_from_top =
            |index: &&usize| rows.get(**index).is_some_and(|row| self.from_top.contains(&row.id));
        let above = self.drawn.iter().take_while(|index| **index < row).filter(is_from_top);
        self.heights.top(row) - above.map(|index| self.heights.of(*index..index + 1)).sum::<f64>()
    }

    /// Chooses the rows that are drawn: those from `top` to `bottom`, what is near them, and those to be kept.
    pub fn choose(&mut self, top: f64, bottom: f64, kept: &[usize]) {
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
    pub fn ration(&mut self, there: &[ItemId]) -> bool {
        let (rows, length, mut new) = (Arc::clone(self.heights.rows()), self.drawn.len(), 0);
        self.drawn.retain(|index| {
            let is_there = rows.get(*index).is_some_and(|row| there.contains(&row.id));
            new += usize::from(!is_there);
            is_there || new <= if there.is_empty() { 1 } else { AT_ONCE }
        });
        self.drawn.len() < length
    }

    /// How high what is not drawn is: above each row that is, and below the last.
    #[must_use]
    pub fn gaps(&self) -> (Vec<(ItemId, f64)>, f64) {
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

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole pixels")]
mod tests {
    use super::Stretch;
    use crate::rows::plain_rows;

    /// As high as all that are on screen at once.
    const SCREEN: f64 = 500.0;

    /// A list of which whatever is on screen from there is drawn, as it is in the document.
    fn drawn(number: i64, top: f64) -> Stretch {
        let mut stretch = Stretch::default();
        stretch.follow(plain_rows((1..=number).rev()), None);
        look(&mut stretch, top);
        stretch
    }

    fn look(stretch: &mut Stretch, top: f64) {
        stretch.choose(top, top + SCREEN, &[]);
        stretch.note_from_top(top <= 0.0);
    }

    fn all_as_high(stretch: &Stretch, height: f64) -> Vec<(usize, f64)> {
        stretch.drawn().iter().map(|index| (*index, height)).collect()
    }

    #[test]
    fn a_short_list_is_drawn_whole_and_a_long_one_near_the_screen() {
        assert_eq!(drawn(60, 0.0).drawn().len(), 60);
        let stretch = drawn(1_000, 42_000.0);
        let drawn = stretch.drawn();
        assert!(drawn.len() < 60 && drawn.contains(&500) && drawn.contains(&505), "{drawn:?}");
    }

    #[test]
    fn a_row_that_is_drawn_above_the_reader_and_is_higher_than_thought_moves_them_by_that() {
        let mut stretch = drawn(1_000, 0.0);
        stretch.measure(&all_as_high(&stretch, 100.0), None);
        assert_eq!(stretch.take_moved(), 0.0);
        look(&mut stretch, 50_000.0);
        let first = stretch.drawn()[0];
        stretch.measure(&[(first, 130.0)], Some(500));
        assert_eq!(stretch.take_moved(), 30.0);
    }

    #[test]
    fn rows_that_were_drawn_at_the_top_move_nobody_when_they_are_measured() {
        let mut stretch = drawn(25, 0.0);
        look(&mut stretch, 400.0);
        stretch.measure(&all_as_high(&stretch, 100.0), Some(10));
        assert_eq!(stretch.take_moved(), 0.0);
    }

    #[test]
    fn rows_that_were_drawn_at_the_top_and_left_before_they_were_measured_are_like_any_others() {
        let mut stretch = drawn(1_000, 0.0);
        look(&mut stretch, 42_000.0);
        stretch.measure(&all_as_high(&stretch, 84.0), Some(500));
        look(&mut stretch, 700.0);
        assert_eq!(stretch.drawn()[0], 0, "back near the top, and not at it");
        stretch.measure(&[(0, 100.0)], Some(9));
        assert_eq!(stretch.take_moved(), 16.0);
    }

    #[test]
    fn what_is_not_drawn_above_the_reader_counts_when_it_is_first_known_how_high_rows_are() {
        let mut stretch = drawn(1_000, 0.0);
        let from_top = stretch.drawn().len();
        stretch.choose(42_000.0, 42_000.0 + SCREEN, &(0..from_top).collect::<Vec<_>>());
        stretch.note_from_top(false);
        stretch.measure(&[(0, 100.0)], Some(500));
        // The rows at the top have their own heights already; all others above are now taken for 100 and not 84.
        let others = u32::try_from(500 - from_top).unwrap();
        assert_eq!(stretch.take_moved(), f64::from(others * 16));
    }

    #[test]
    fn what_is_less_than_a_pixel_waits() {
        let mut stretch = drawn(1_000, 42_000.0);
        stretch.measure(&[(stretch.drawn()[0], 84.0)], Some(500));
        for (row, expected) in [(1, 0.0), (2, 1.0), (3, 0.0)] {
            stretch.measure(&[(stretch.drawn()[row], 84.4)], Some(500));
            assert_eq!(stretch.take_moved(), expected, "{row}");
        }
    }
}
