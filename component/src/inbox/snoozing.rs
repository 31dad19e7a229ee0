//! Putting an item off: the menu of times on it, where that stands, and what comes of it.

use std::rc::Rc;

use leptos::web_sys::window;
use notification_bell_protocol::{ItemPatch, Timestamp};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    CHOSEN, Inbox, Snoozing,
    opening::{pixels, size_of},
};
use crate::{
    bulk::Deed,
    calendar::{due_at, local_offset_ms},
    snooze::{offers, refusal},
    task::{Task, sleep_ms},
    texts::{Text, filled},
};

/// The space around the menu.
const GAP: f64 = 4.0;
const MARGIN: f64 = 8.0;

/// A time to choose.
pub(crate) struct Offer {
    pub(crate) text: Text,
    pub(crate) until: Timestamp,
    /// The moment in words.
    pub(crate) when: String,
}

impl Inbox {
    /// Opens the menu of times on an item, or closes it if it is the one that is open.
    pub(crate) fn toggle_snoozing(self: &Rc<Self>, id: &str) {
        let is_open = self
            .state
            .snoozing
            .with_untracked(|snoozing| snoozing.as_ref().is_some_and(|snoozing| snoozing.id == id));
        if is_open {
            self.close_snoozing();
            return;
        }
        *self.snooze_opener.borrow_mut() =
            self.root.active_element().and_then(|element| element.dyn_into().ok());
        self.show_snoozing(Snoozing { id: id.to_owned(), is_own: false });
    }

    /// Shows the field for a time of one's own in the place of the menu.
    pub(crate) fn choose_own_time(self: &Rc<Self>, id: &str) {
        self.show_snoozing(Snoozing { id: id.to_owned(), is_own: true });
    }

    fn show_snoozing(self: &Rc<Self>, snoozing: Snoozing) {
        self.state.snoozing.set(Some(snoozing));
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            // Until it is drawn.
            sleep_ms(0.0).await;
            inbox.place_snoozing();
        }));
    }

    /// Puts the menu on the top layer, beside the button that it is of, and the focus into it.
    fn place_snoozing(&self) {
        let Some(id) = self.state.snoozing.with_untracked(|snoozing| Some(snoozing.as_ref()?.id.clone()))
        else {
            return;
        };
        let button = self.element(&["snooze-", &id].concat());
        let (Some(button), Some(popup), Some(window)) = (button, self.element("snooze"), window()) else {
            return;
        };
        // Throws if it is shown already.
        let _ = popup.show_popover();
        let Some((width, height)) = size_of(&window) else { return };
        let bounds = button.get_bounding_client_rect();
        let (own_width, own_height) = (f64::from(popup.offset_width()), f64::from(popup.offset_height()));
        let left = if self.is_right_to_left() { bounds.left() } else { bounds.right() - own_width };
        let left = left.min(width - MARGIN - own_width).max(MARGIN);
        let below = bounds.bottom() + GAP;
        let has_room = below + own_height <= height - MARGIN;
        let top = if has_room { below } else { (bounds.top() - GAP - own_height).max(MARGIN) };
        for (name, value) in [("--_left", left), ("--_top", top)] {
            // Through the CSSOM, which a strict `style-src` allows.
            let _ = popup.style().set_property(name, &pixels(value));
        }
        if let Ok(Some(first)) = popup.query_selector("button, input")
            && let Some(first) = first.dyn_ref::<HtmlElement>()
        {
            let _ = first.focus();
        }
    }

    /// Closes the menu and gives the focus back.
    pub(crate) fn close_snoozing(&self) {
        let opener = self.snooze_opener.take();
        if self.end_snoozing()
            && let Some(opener) = opener
        {
            let _ = opener.focus();
        }
    }

    /// Closes the menu wherever the focus is. False if there was none.
    pub(crate) fn end_snoozing(&self) -> bool {
        self.state.snoozing.try_update(Option::take).flatten().is_some()
    }

    /// Closes the menu when what it stands beside moves. A field stays: the keyboard of a telephone resizes the page.
    pub(crate) fn end_snooze_menu(&self) {
        let is_menu =
            |snoozing: &Option<Snoozing>| snoozing.as_ref().is_some_and(|snoozing| !snoozing.is_own);
        if self.state.snoozing.with_untracked(is_menu) {
            self.end_snoozing();
        }
    }

    /// The times to choose from now.
    pub(crate) fn snooze_offers(&self) -> Vec<Offer> {
        let now = self.environment.now();
        let offers = offers(now, local_offset_ms(now)).into_iter();
        let offer = |(text, due)| {
            let until = due_at(due, now)?;
            let when = self.state.words(|locale| locale.ahead(now, until));
            Some(Offer { text, until, when })
        };
        offers.filter_map(offer).collect()
    }

    /// Why an item cannot be put off to a moment.
    pub(crate) fn snooze_refusal(&self, until: Timestamp) -> Option<Text> {
        refusal(until, self.environment.now())
    }

    /// Puts an item off.
    pub(crate) fn snooze(self: &Rc<Self>, id: &str, until: Timestamp) {
        if id == CHOSEN {
            self.end_snoozing();
            self.do_with_selected(Deed::Snooze(until));
            return;
        }
        let Some(item) = self.item(id) else { return };
        self.close_snoozing();
        let now = self.environment.now();
        let words = self
            .state
            .words(|locale| filled(&locale.text(Text::SnoozedUntil), "time", &locale.ahead(now, until)));
        let patch = ItemPatch { snoozed_until: Some(Some(until)), ..ItemPatch::default() };
        self.put_saying(&item, patch, words);
    }
}
