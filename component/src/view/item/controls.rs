//! What in an item has a use of its own for clicks and keys: where the page draws items, it may be anything.

use leptos::ev::Event;
use wasm_bindgen::JsCast;
use web_sys::Element;

fn is_in(event: &Event, controls: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.closest(controls), Ok(Some(_))))
}

/// Whether letters that are typed go into a field.
pub(in crate::view) fn is_field(event: &Event) -> bool {
    is_in(event, "input, textarea, select, [contenteditable]")
}

/// Whether a click is on something of the page's own that is there to be clicked: within the element, and therefore not
/// in its shadow tree.
pub(super) fn is_control_of_page(event: &Event) -> bool {
    is_in(event, "notification-bell :is(a, button, input, textarea, select, label, summary)")
}

/// Whether a key is pressed on the box of an item.
pub(super) fn is_check(event: &Event) -> bool {
    is_in(event, ".check")
}
