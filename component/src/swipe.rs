//! Swiping over an item: what a finger's way across it means, in whole CSS pixels.
//!
//! Nothing is decided before the finger has left the place where it was put down. Then it is a swipe if it goes
//! sideways, and never one again if it goes up or down: that is scrolling.

/// A finger that moves less than this rests.
const SLOP: i32 = 10;

/// Where a swipe goes, as the text runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To where a line begins.
    Start,
    /// To where a line ends.
    End,
}

/// What a swipe would come to if the finger were lifted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// How far the item has been moved, to the right.
    pub x: i32,
    /// Where to.
    pub side: Side,
    /// Whether that is far enough.
    pub is_far_enough: bool,
}

/// What to make of where the finger is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It rests.
    Rest,
    /// It moves the item.
    Moves(Shift),
    /// It does something else.
    Elsewhere,
}

/// A finger on an item.
#[derive(Clone, Copy, Debug)]
pub struct Swipe {
    from: (i32, i32),
    width: i32,
    is_right_to_left: bool,
    is_moving: bool,
}

impl Swipe {
    /// A finger was put down there, on an item of this width.
    #[must_use]
    pub const fn new(from: (i32, i32), width: i32, is_right_to_left: bool) -> Self {
        Self { from, width, is_right_to_left, is_moving: false }
    }

    /// The finger is there now.
    pub fn moved(&mut self, to: (i32, i32)) -> Step {
        let (x, y) = (to.0.saturating_sub(self.from.0), to.1.saturating_sub(self.from.1));
        if !self.is_moving {
            if x.saturating_abs().max(y.saturating_abs()) < SLOP {
                return Step::Rest;
            }
            // Of what is neither, scrolling is the more frequent wish.
            if x.saturating_abs() <= y.saturating_abs().saturating_mul(3) / 2 {
                return Step::Elsewhere;
            }
            self.is_moving = true;
        }
        Step::Moves(self.shift(x))
    }

    fn shift(&self, way: i32) -> Shift {
        // What was taken to decide is not made up for in a jump.
        let length = (way.saturating_abs() - SLOP).max(0);
        // It goes with the finger, and ever less when there is nothing more to be had.
        let free = self.width / 2;
        let length = if length > free { free + (length - free) / 4 } else { length };
        let is_rightwards = way > 0;
        Shift {
            x: if is_rightwards { length } else { -length },
            side: if is_rightwards == self.is_right_to_left { Side::Start } else { Side::End },
            is_far_enough: length >= self.threshold(),
        }
    }

    /// A part of the item that a thumb goes without effort, and no slip does.
    fn threshold(&self) -> i32 {
        (self.width * 3 / 10).clamp(64, 128)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Shift, Side, Step, Swipe};

    fn finger(is_right_to_left: bool) -> Swipe {
        Swipe::new((100, 100), 360, is_right_to_left)
    }

    fn shift(step: Step) -> Shift {
        match step {
            Step::Moves(shift) => shift,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_finger_that_trembles_rests() {
        let mut swipe = finger(false);
        for to in [(100, 100), (109, 100), (100, 91), (95, 105)] {
            assert_eq!(swipe.moved(to), Step::Rest, "{to:?}");
        }
    }

    #[test]
    fn up_and_down_is_scrolling() {
        assert_eq!(finger(false).moved((103, 120)), Step::Elsewhere);
        assert_eq!(finger(false).moved((120, 116)), Step::Elsewhere, "neither is scrolling too");
    }

    #[test]
    fn once_it_moves_the_item_it_may_wander() {
        let mut swipe = finger(false);
        assert_eq!(shift(swipe.moved((120, 102))).x, 10);
        assert_eq!(shift(swipe.moved((130, 190))).x, 20);
        assert_eq!(shift(swipe.moved((100, 190))).x, 0, "and come back");
    }

    #[test]
    fn the_sides_are_those_of_the_text() {
        assert_eq!(shift(finger(false).moved((130, 100))).side, Side::End);
        assert_eq!(shift(finger(false).moved((70, 100))).side, Side::Start);
        assert_eq!(shift(finger(true).moved((130, 100))).side, Side::Start);
        assert_eq!(shift(finger(true).moved((70, 100))).side, Side::End);
    }

    #[test]
    fn a_good_part_of_the_width_is_far_enough() {
        assert!(!shift(finger(false).moved((217, 100))).is_far_enough);
        assert!(shift(finger(false).moved((218, 100))).is_far_enough);
        assert!(shift(finger(false).moved((-18, 100))).is_far_enough);
    }

    proptest! {
        #[test]
        fn an_item_never_goes_further_than_the_finger_nor_the_other_way(x in any::<i32>(), y in any::<i32>(), width in 0..4_000i32) {
            let mut swipe = Swipe::new((0, 0), width, false);
            if let Step::Moves(shift) = swipe.moved((x, y)) {
                prop_assert!(shift.x.unsigned_abs() <= x.unsigned_abs());
                prop_assert!(shift.x == 0 || (shift.x > 0) == (x > 0));
            }
        }
    }
}
