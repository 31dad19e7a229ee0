//! What changes in a view: closures in boxes, of one type for each kind.

use std::rc::Rc;

use leptos::ev::{KeyboardEvent, MouseEvent};
use wasm_bindgen::JsCast;

use super::with_inbox;
pub(super) use crate::draw::When;
use crate::{
    draw::{AnyView, Flag, Listener, Part, Words},
    inbox::{Handle, Inbox, State},
    texts::Text,
};

/// A text that changes.
pub(super) fn words(read: impl FnMut() -> String + 'static) -> Words {
    Box::new(read)
}

/// A text of the element, in its language.
pub(super) fn said(state: State, text: Text) -> Words {
    Box::new(move || state.text(text))
}

/// A yes or no that changes.
pub(super) fn flag(read: impl FnMut() -> bool + 'static) -> Flag {
    Box::new(read)
}

/// The same for an attribute that spells it out, as those of ARIA do.
pub(super) fn spelled(mut read: impl FnMut() -> bool + 'static) -> Words {
    words(move || (if read() { "true" } else { "false" }).to_owned())
}

/// A part that is drawn anew whenever something that it has read is another, or is not there at all.
pub(super) fn part(draw: impl FnMut() -> Option<AnyView> + 'static) -> Part {
    Box::new(draw)
}

/// A part that is there or not, and stays what it is while it is there.
pub(super) fn when(is_there: impl FnMut() -> bool + 'static, draw: impl Fn() -> AnyView + 'static) -> When {
    When { is_there: Box::new(is_there), draw: Box::new(draw) }
}

/// What an event does.
pub(super) fn heard<E: JsCast>(mut act: impl FnMut(E) + 'static) -> Listener {
    Box::new(move |event| act(event.unchecked_into()))
}

/// What the mouse does.
pub(super) fn clicked(act: impl FnMut(MouseEvent) + 'static) -> Listener {
    heard(act)
}

/// What a key does.
pub(super) fn pressed(act: impl FnMut(KeyboardEvent) + 'static) -> Listener {
    heard(act)
}

/// What the inbox does at an event, whatever it says.
pub(super) fn asks(inbox: Handle, act: fn(&Rc<Inbox>)) -> Listener {
    Box::new(move |_| with_inbox(inbox, act))
}
