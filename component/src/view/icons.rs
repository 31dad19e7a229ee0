//! The drawings, each one path on a grid of 24: inline, because a `data:` address may be forbidden by the page.

use crate::draw::{AnyView, view};

/// A path, drawn as a line.
pub(super) type Path = &'static str;

pub(super) const BELL: Path = "M6 10a6 6 0 1 1 12 0c0 4.2 1.4 5.8 2 6.5.3.4 0 1-.5 1h-15c-.5 0-.8-.6-.5-1 .6-.7 2-2.3 2-6.5ZM10 20.5a2.2 2.2 0 0 0 4 0";
pub(super) const TICK: Path = "m5 12.5 4.5 4.5L19 7.5";
pub(super) const TICKS: Path = "m2.5 12.5 4.5 4.5L16.5 7.5M12 16l1 1 8.5-9.5";
pub(super) const DOT: Path =
    "M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15ZM12 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3Z";
pub(super) const ARCHIVE: Path = "M4 8.5h16M5.5 8.5V18a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5M4.5 4.5h15a.5.5 0 0 1 .5.5v3.5H4V5a.5.5 0 0 1 .5-.5ZM10 12h4";
pub(super) const INBOX: Path = "M4 14h4l1.5 2.5h5L16 14h4M4 14v4a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 18v-4M12 3.5v8M8.5 8l3.5 3.5L15.5 8";
pub(super) const DELETE: Path = "M4.5 7h15M9.5 7V5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v2M6.5 7l.8 11.6a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4L17.5 7M10.2 11v5M13.8 11v5";
pub(super) const CLOCK: Path = "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 7.5V12l3 2";
pub(super) const SELECT: Path =
    "M4.5 5.5a1 1 0 0 1 1-1h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1ZM8.5 12l2.5 2.5 5-5.5";
pub(super) const SELECT_ALL: Path = "M4 9.5a1 1 0 0 1 1-1h9.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1ZM8.5 5.5V5a1 1 0 0 1 1-1H19a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-.5M7 14l2 2 3.5-3.8";
pub(super) const IMPORTANT: Path = "M12 5v8.5M12 18.4v.1";
pub(super) const CLOSE: Path = "m6.5 6.5 11 11M17.5 6.5l-11 11";
pub(super) const BACK: Path = "m14.5 5.5-6.5 6.5 6.5 6.5";
pub(super) const GEAR: Path = "M4 7.5h8M17 7.5h3M4 16.5h3M12 16.5h8M14.5 5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM9.5 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z";
pub(super) const UP: Path = "M12 19V5.5M6 11.5l6-6 6 6";
pub(super) const DOWN: Path = "m7 9.5 5 5 5-5";
pub(super) const UP_SMALL: Path = "m7 14.5 5-5 5 5";
pub(super) const WARNING: Path = "M12 8.5v4.5M12 16.4v.1M10.6 4.9 3.3 17.5a1.6 1.6 0 0 0 1.4 2.4h14.6a1.6 1.6 0 0 0 1.4-2.4L13.4 4.9a1.6 1.6 0 0 0-2.8 0Z";

pub(super) fn icon(path: Path) -> AnyView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=path></path></svg> }
}
