//! Where the panel goes, so that it is beside the bell and on the screen.
//!
//! The side flips when there is little room on it and more on the other; along the bell the panel is shifted.

use crate::options::Placement;

/// Between bell and panel, and between panel and the edge of the screen, in CSS pixels.
const GAP: f64 = 8.0;
/// With less room than this, the other side is considered.
const ENOUGH_ROOM: f64 = 360.0;

/// A box on the screen, in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
}

/// What the panel has to fit into.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// The width of the viewport.
    pub width: f64,
    /// The height of the viewport.
    pub height: f64,
    /// Whether text runs from right to left.
    pub is_right_to_left: bool,
}

/// The place of the panel. It hangs from `y` or, above the bell, stands on it, so that its height may change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Whether `y` is its lower edge, counted from below.
    pub above: bool,
    /// The distance from the left edge of the screen.
    pub left: f64,
    /// The distance from the upper (or lower) edge of the screen.
    pub y: f64,
    /// The room there is.
    pub max_height: f64,
    /// How far from the panel's left edge the bell's middle is: the panel grows from there.
    pub origin: f64,
}

/// Places a panel of this width at the bell.
#[must_use]
pub fn place(bell: Bounds, panel_width: f64, screen: Screen, wish: Placement) -> Position {
    let room_below = screen.height - bell.bottom - 2.0 * GAP;
    let room_above = bell.top - 2.0 * GAP;
    let above = if wish.above {
        room_above >= ENOUGH_ROOM || room_above >= room_below
    } else {
        room_below < ENOUGH_ROOM && room_above > room_below
    };
    let align_left = wish.align_start != screen.is_right_to_left;
    let wished_left = if align_left { bell.left } else { bell.right - panel_width };
    // The left edge wins on a screen that is too narrow: the text begins there, or ends.
    let left = wished_left.min(screen.width - panel_width - GAP).max(GAP);
    Position {
        above,
        left,
        // A bell that was scrolled out of sight leaves its panel at the edge.
        y: if above { screen.height - bell.top + GAP } else { bell.bottom + GAP }.max(GAP),
        // Not `clamp`: it panics on a screen that is lower than both gaps, and prints its bounds, for which all of the
        // printing of floats would be downloaded.
        max_height: if above { room_above } else { room_below }.min(screen.height - 2.0 * GAP).max(0.0),
        origin: f64::midpoint(bell.left, bell.right) - left,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers, which are exact")]
mod tests {
    use super::{Bounds, Position, Screen, place};
    use crate::options::Placement;

    const SCREEN: Screen = Screen { width: 1280.0, height: 800.0, is_right_to_left: false };
    const PANEL: f64 = 400.0;

    fn bell(left: f64, top: f64) -> Bounds {
        Bounds { left, top, right: left + 40.0, bottom: top + 40.0 }
    }

    fn placed(bell: Bounds, screen: Screen, above: bool, align_start: bool) -> Position {
        place(bell, PANEL, screen, Placement { above, align_start })
    }

    #[test]
    fn it_hangs_below_end_with_end() {
        let position = placed(bell(1200.0, 10.0), SCREEN, false, false);
        assert_eq!(
            position,
            Position { above: false, left: 840.0, y: 58.0, max_height: 734.0, origin: 380.0 }
        );
    }

    #[test]
    fn start_and_end_change_sides_from_right_to_left() {
        let right_to_left = Screen { is_right_to_left: true, ..SCREEN };
        assert_eq!(placed(bell(600.0, 10.0), SCREEN, false, true).left, 600.0);
        assert_eq!(placed(bell(600.0, 10.0), right_to_left, false, true).left, 240.0);
        assert_eq!(placed(bell(600.0, 10.0), right_to_left, false, false).left, 600.0);
    }

    #[test]
    fn it_is_shifted_onto_the_screen() {
        assert_eq!(placed(bell(10.0, 10.0), SCREEN, false, false).left, 8.0);
        assert_eq!(placed(bell(1230.0, 10.0), SCREEN, false, true).left, 872.0);
        let narrow = Screen { width: 300.0, ..SCREEN };
        assert_eq!(placed(bell(10.0, 10.0), narrow, false, false).left, 8.0);
    }

    #[test]
    fn it_flips_to_the_side_with_more_room() {
        let low = placed(bell(600.0, 700.0), SCREEN, false, false);
        assert!(low.above);
        assert_eq!((low.y, low.max_height), (108.0, 684.0));
        assert!(!placed(bell(600.0, 100.0), SCREEN, true, false).above);
        let flat = Screen { height: 300.0, ..SCREEN };
        assert!(!placed(bell(600.0, 20.0), flat, false, false).above, "little room, but less above");
    }

    #[test]
    fn a_bell_out_of_sight_does_not_take_the_panel_along() {
        let position = placed(bell(600.0, -300.0), SCREEN, false, false);
        assert_eq!(position.y, 8.0);
        assert!(position.max_height <= 784.0);
    }
}
