//! How high the rows of a list are, and so where each of them is, also of those that are not drawn.
//!
//! Rows differ in height. What was drawn has been measured; the others are taken for as high as those first measured
//! were on average. Sums are made when they are asked for: ten thousand additions are nothing beside drawing one row.

use std::{ops::Range, sync::Arc};

use crate::rows::Row;

/// Before anything was measured.
const GUESS: f64 = 84.0;

/// The heights of a list's rows, in CSS pixels.
#[derive(Clone, Debug, Default)]
pub struct Heights {
    rows: Arc<Vec<Row>>,
    /// Of each row, once measured.
    measured: Vec<Option<f32>>,
    /// That of the rows first measured, on average. It stays: what moved it would move everything.
    usual: Option<f64>,
}

impl Heights {
    /// The rows whose heights these are.
    #[must_use]
    pub const fn rows(&self) -> &Arc<Vec<Row>> {
        &self.rows
    }

    /// Takes other rows; what is known of those that stay is kept.
    pub fn follow(&mut self, rows: Arc<Vec<Row>>) {
        let mut known = self.rows.iter().zip(&self.measured).peekable();
        let mut measured = Vec::with_capacity(rows.len());
        for row in &*rows {
            while known.next_if(|(own, _)| own.key() > row.key()).is_some() {}
            let own = known.next_if(|(own, _)| own.key() == row.key());
            measured.push(own.and_then(|(_, height)| *height));
        }
        self.measured = measured;
        self.rows = rows;
    }

    /// Takes the heights that rows turned out to have.
    pub fn measure(&mut self, heights: &[(usize, f64)]) {
        if self.usual.is_none() && !heights.is_empty() {
            #[expect(clippy::cast_precision_loss, reason = "as many as are drawn")]
            let number = heights.len() as f64;
            self.usual = Some(heights.iter().map(|(_, height)| height).sum::<f64>() / number);
        }
        for (index, height) in heights {
            if let Some(own) = self.measured.get_mut(*index) {
                #[expect(clippy::cast_possible_truncation, reason = "a height on a screen")]
                let height = *height as f32;
                *own = Some(height);
            }
        }
    }

    /// Whether a row has turned out to be as high as it is taken for.
    #[must_use]
    pub fn is_measured(&self, index: usize) -> bool {
        self.measured.get(index).is_some_and(Option::is_some)
    }

    /// How high these rows are together.
    #[must_use]
    pub fn of(&self, range: Range<usize>) -> f64 {
        let usual = self.usual.unwrap_or(GUESS);
        let rows = self.measured.get(range).unwrap_or_default();
        rows.iter().map(|height| height.map_or(usual, f64::from)).sum()
    }

    /// How far the top of a row is below that of the list.
    #[must_use]
    pub fn top(&self, index: usize) -> f64 {
        self.of(0..index.min(self.measured.len()))
    }

    /// The rows that are between two heights, even if in part.
    #[must_use]
    pub fn between(&self, top: f64, bottom: f64) -> Range<usize> {
        let usual = self.usual.unwrap_or(GUESS);
        let (mut start, mut end, mut y) = (0, 0, 0.0);
        for height in &self.measured {
            if y >= bottom {
                break;
            }
            y += height.map_or(usual, f64::from);
            end += 1;
            if y <= top {
                start = end;
            }
        }
        start..end
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{GUESS, Heights};
    use crate::rows::plain_rows;

    fn heights(moments: &[i64], measured: &[(usize, f64)]) -> Heights {
        let mut heights = Heights::default();
        heights.follow(plain_rows(moments.iter().copied()));
        heights.measure(measured);
        heights
    }

    fn is(number: f64, expected: f64) -> bool {
        (number - expected).abs() < 0.001
    }

    #[test]
    fn what_was_not_measured_is_as_high_as_what_was() {
        assert!(is(heights(&[3, 2, 1], &[]).top(3), 3.0 * GUESS));
        let mut heights = heights(&[4, 3, 2, 1], &[(0, 50.0), (1, 70.0)]);
        assert!(is(heights.top(4), 50.0 + 70.0 + 60.0 + 60.0));
        heights.measure(&[(3, 10.0)]);
        assert!(is(heights.top(4), 50.0 + 70.0 + 60.0 + 10.0), "nothing else is moved by another one");
    }

    #[test]
    fn heights_go_with_their_rows() {
        let mut heights = heights(&[5, 3, 1], &[(0, 10.0), (1, 20.0), (2, 30.0)]);
        heights.follow(plain_rows([6, 5, 4, 1]));
        assert!(is(heights.of(1..2), 10.0));
        assert!(is(heights.of(3..4), 30.0));
        assert!(is(heights.of(0..4), 20.0 + 10.0 + 20.0 + 30.0));
        assert_eq!(
            [0, 1, 2, 3, 4].map(|index| heights.is_measured(index)),
            [false, true, false, true, false]
        );
    }

    #[test]
    fn a_stretch_of_the_list_has_the_rows_that_touch_it() {
        let heights = heights(&[4, 3, 2, 1], &[(0, 10.0), (1, 10.0), (2, 10.0), (3, 10.0)]);
        assert_eq!(heights.between(10.0, 20.0), 1..2);
        assert_eq!(heights.between(9.0, 21.0), 0..3);
        assert_eq!(heights.between(-50.0, 5.0), 0..1);
        assert_eq!(heights.between(35.0, 500.0), 3..4);
        assert_eq!(heights.between(400.0, 500.0), 4..4);
    }

    proptest! {
        #[test]
        fn every_height_of_the_list_is_in_a_row(
            measured in prop::collection::vec(1.0_f64..300.0, 1..50),
            share in 0.0_f64..1.0,
        ) {
            let list: Vec<_> = (0_i64..).take(measured.len()).map(|number| -number).collect();
            let heights = heights(&list, &measured.iter().copied().enumerate().collect::<Vec<_>>());
            let y = heights.top(measured.len()) * share;
            let there = heights.between(y, y + 0.01);
            prop_assert!(!there.is_empty());
            prop_assert!(heights.top(there.start) <= y + 0.001);
            prop_assert!(heights.top(there.end) >= y - 0.001);
        }
    }
}
