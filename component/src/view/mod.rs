//! What is drawn. Texts go in as text nodes only; everything a view does, it asks the inbox to do.

mod arrivals;
mod bell;
mod categories;
mod dynamic;
mod icons;
mod item;
mod list;
mod panel;
mod picture;
mod row;
mod scroller;
mod selecting;
mod settings;
mod sizes;
mod snooze;
mod states;
mod tabs;
mod toast;
mod visibility;

use std::rc::Rc;

use crate::draw::{AnyView, view};

use crate::inbox::{Announcement, Handle, Inbox, Stage, State};
use crate::texts::{Text, filled};

/// The whole of an element's shadow tree.
///
/// In an element of its own, which has no box: what changes is put in place by its parent, and a shadow root is no
/// element.
pub(crate) fn bell_and_panel(inbox: Handle, state: State) -> AnyView {
    let whole = dynamic::part(move || {
        if state.is_headless.get() {
            return Some(slot(""));
        }
        let has_bell = move || state.has_drawn(Stage::Bell) && !state.around.is_inline.get();
        let bell = dynamic::when(has_bell, move || bell::bell(inbox, state));
        let others = move || {
            view! { {spoken(state)} {arrivals::arrivals(inbox, state)} {panel::panel(inbox, state)} }
        };
        let others = dynamic::when(move || state.has_drawn(Stage::Panel), others);
        Some(view! { {bell} {others} })
    });
    // By the CSSOM: where the page draws, there is no style sheet.
    view! { <div style:display="contents">{whole}</div> }
}

/// A place for something of the page's.
///
/// By a function: what is all constant, the macro would set as HTML text, which Trusted Types forbid.
fn slot(name: &'static str) -> AnyView {
    view! { <slot name=name></slot> }
}

/// Does something with the inbox, unless the element is gone.
fn with_inbox(inbox: Handle, act: impl FnOnce(&Rc<Inbox>)) {
    // Taken out first: what is done may fire an event, and the page may do anything then.
    if let Some(inbox) = inbox.try_get_value() {
        act(&inbox);
    }
}

/// The live region: says what came in, once, whether the panel is open or not.
fn spoken(state: State) -> AnyView {
    let said = dynamic::words(move || {
        let (turn, announcement) = state.announcement.get();
        let mut words = match announcement {
            Announcement::Nothing => return String::new(),
            Announcement::One(title) => filled(&state.text(Text::ArrivedOne), "title", &title),
            Announcement::Many(count) => state.count(Text::ArrivedMany, count),
        };
        // The same words a second time are only said if the text is another.
        if turn % 2 == 1 {
            words.push('\u{a0}');
        }
        words
    });
    view! { <div class="spoken" role="status" aria-live="polite">{said}</div> }
}
