//! What changes in a view: closures in boxes, of one type for each kind.
//!
//! A closure has a type of its own, and for every type the compiler makes another copy of the machinery that runs
//! it. In boxes, the bell is a fraction of the size.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};

/// A text that changes.
pub(super) fn words(read: impl FnMut() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(read)
}

/// A yes or no that changes.
pub(super) fn flag(read: impl FnMut() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(read)
}

/// The same for an attribute that spells it out, as those of ARIA do.
pub(super) fn spelled(mut read: impl FnMut() -> bool + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    words(move || (if read() { "true" } else { "false" }).to_owned())
}

/// A part that changes, or is not there at all.
pub(super) fn part(
    draw: impl FnMut() -> Option<AnyView> + Send + 'static,
) -> Box<dyn FnMut() -> Option<AnyView> + Send> {
    Box::new(draw)
}

/// What the mouse does.
pub(super) fn clicked(act: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(act)
}

/// What a key does.
pub(super) fn pressed(act: impl FnMut(KeyboardEvent) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    Box::new(act)
}
