//! Opening and closing the panel, its place on the screen, and where the focus goes.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::{prelude::*, web_sys::window};
use notification_bell_protocol::{Item, View};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::Inbox;
use crate::{
    events::Happening,
    position::{Bounds, Screen, place},
    task::{Task, sleep_ms},
};

/// A length in CSS.
pub(super) fn pixels(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "whole pixels of a screen")]
    let whole = value.round() as i32;
    [whole.to_string().as_str(), "px"].concat()
}

/// What is only there while the panel is open.
pub(super) struct Openness {
    _listeners: Vec<EventListener>,
    /// The wait between a click elsewhere and what comes of it.
    closing: Option<Task>,
}

impl Inbox {
    pub(super) fn element(&self, id: &str) -> Option<HtmlElement> {
        self.root.get_element_by_id(id)?.dyn_into().ok()
    }

    /// Opens or closes the panel, unless the page prevents it.
    pub(crate) fn set_open(self: &Rc<Self>, open: bool) {
        if open != self.state.open.get_untracked() {
            let happening = if open { Happening::Open } else { Happening::Close };
            if happening.fire(&self.host) {
                if open { self.open() } else { self.close() }
            }
        }
        // The attribute says what is, also after the page prevented what it had asked for.
        let is_open = self.state.open.get_untracked();
        if self.host.has_attribute("open") != is_open {
            let _ = self.host.toggle_attribute_with_force("open", is_open);
        }
    }

    fn open(self: &Rc<Self>) {
        self.state.open.set(true);
        self.state.view.set(self.options.borrow().view);
        self.listen();
        self.show_panel();
        self.load_if_needed();
        self.keep_time();
        self.focus_panel();
    }

    fn close(self: &Rc<Self>) {
        let had_focus = self.root.active_element().is_some();
        self.state.open.set(false);
        self.state.above.set(Vec::new());
        self.state.current.set(None);
        self.state.snoozing.set(None);
        self.end_toast();
        drop(self.openness.take());
        drop(self.tasks.clock.take());
        if let Some(panel) = self.element("panel") {
            let _ = panel.hide_popover();
        }
        if had_focus {
            self.focus_id("bell");
        }
    }

    /// Puts an open panel on the top layer; a move through the document has taken it off.
    pub(crate) fn show_panel(&self) {
        if !self.state.open.get_untracked() {
            return;
        }
        let style = window().and_then(|window| window.get_computed_style(&self.host).ok().flatten());
        let scheme = style.and_then(|style| style.get_property_value("color-scheme").ok());
        let is_unsaid = scheme.is_none_or(|scheme| scheme == "normal");
        self.state.follows_system.set(is_unsaid && !self.options.borrow().has_own_theme);
        if let Some(panel) = self.element("panel") {
            // Throws if it is shown already.
            let _ = panel.show_popover();
        }
        self.place_panel();
    }

    pub(super) fn place_panel(&self) {
        let (Some(bell), Some(panel), Some(window)) = (self.element("bell"), self.element("panel"), window())
        else {
            return;
        };
        if !self.state.open.get_untracked() {
            return;
        }
        let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64());
        let (Some(width), Some(height)) = (size(window.inner_width()), size(window.inner_height())) else {
            return;
        };
        let bounds = bell.get_bounding_client_rect();
        let bounds =
            Bounds { left: bounds.left(), top: bounds.top(), right: bounds.right(), bottom: bounds.bottom() };
        let screen = Screen { width, height, is_right_to_left: self.is_right_to_left() };
        let position =
            place(bounds, f64::from(panel.offset_width()), screen, self.options.borrow().placement);
        let (mut top, mut bottom) = (pixels(position.y), "auto".to_owned());
        if position.above {
            std::mem::swap(&mut top, &mut bottom);
        }
        let origin = if position.above { " 100%" } else { " 0" };
        for (name, value) in [
            ("--_left", pixels(position.left)),
            ("--_top", top),
            ("--_bottom", bottom),
            ("--_room", pixels(position.max_height)),
            ("--_origin", pixels(position.origin) + origin),
        ] {
            // Through the CSSOM, which a strict `style-src` allows.
            let _ = panel.style().set_property(name, &value);
        }
    }

    fn listen(self: &Rc<Self>) {
        let (Some(window), Some(document)) = (window(), self.host.owner_document()) else { return };
        let capture = EventListenerOptions { phase: EventListenerPhase::Capture, passive: true };
        let place = |kind: &'static str| {
            let inbox = Rc::downgrade(self);
            EventListener::new_with_options(&window, kind, capture, move |_| {
                if let Some(inbox) = inbox.upgrade() {
                    inbox.end_snooze_menu();
                    inbox.place_panel();
                }
            })
        };
        let clicked = Rc::downgrade(self);
        let click = EventListener::new_with_options(&window, "click", capture, move |event| {
            if let Some(inbox) = clicked.upgrade()
                && !event.composed_path().includes(&inbox.host, 0)
            {
                inbox.close_after_click();
            }
        });
        let pressed = Rc::downgrade(self);
        let escape = EventListener::new(&document, "keydown", move |event| {
            let is_escape = event
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|event| event.key() == "Escape" && !event.is_composing());
            if let Some(inbox) = pressed.upgrade().filter(|_| is_escape && !event.default_prevented()) {
                inbox.set_open(false);
            }
        });
        let listeners = vec![place("resize"), place("scroll"), click, escape];
        *self.openness.borrow_mut() = Some(Openness { _listeners: listeners, closing: None });
    }

    /// A click elsewhere closes, but only after the page has had its turn: its own button may toggle the panel.
    fn close_after_click(self: &Rc<Self>) {
        let inbox = Rc::clone(self);
        let closing = Task::spawn(async move {
            sleep_ms(0.0).await;
            // Not from within: closing drops this very task.
            inbox.set_open(false);
        });
        if let Some(openness) = self.openness.borrow_mut().as_mut() {
            openness.closing = Some(closing);
        }
    }

    /// Something came in while the list is scrolled: the pill counts it.
    pub(super) fn note_arrivals(&self, arrived: &[Item]) {
        let is_scrolled = self.element("list").is_some_and(|list| list.scroll_top() > 0);
        if is_scrolled && self.state.view.get_untracked() != View::Archived {
            self.state.above.update(|above| above.extend(arrived.iter().map(|item| item.id.clone())));
        }
    }

    /// Back to the top of the list.
    pub(crate) fn scroll_to_top(&self) {
        self.state.above.set(Vec::new());
        if let Some(list) = self.element("list") {
            list.set_scroll_top(0);
        }
    }

    /// Moves the focus to the item at this place of the list; to the panel if there is none.
    pub(crate) fn focus_item(&self, index: usize) {
        let id = self.state.listed.with_untracked(|ids| ids.get(index).cloned());
        let row = id.and_then(|id| self.element(&["item-", &id].concat())).or_else(|| self.element("panel"));
        if let Some(row) = row {
            let _ = row.focus();
        }
    }

    /// Gives the focus to an element of the shadow tree.
    pub(crate) fn focus_id(&self, id: &str) {
        if let Some(element) = self.element(id) {
            let _ = element.focus();
        }
    }

    /// Gives the focus to the panel itself.
    pub(crate) fn focus_panel(&self) {
        self.focus_id("panel");
    }

    /// Gives the focus to the item at this place, once it is drawn, if what had it is gone.
    pub(crate) fn restore_focus(self: &Rc<Self>, index: usize) {
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(0.0).await;
            if inbox.state.open.get_untracked() && inbox.root.active_element().is_none() {
                inbox.focus_item(index);
            }
        }));
    }

    /// Gives the focus to the item that Tab leads to, once it is drawn.
    pub(crate) fn focus_current(self: &Rc<Self>) {
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(0.0).await;
            if inbox.state.open.get_untracked() {
                let current = inbox.state.current.get_untracked();
                let index = inbox
                    .state
                    .listed
                    .with_untracked(|ids| ids.iter().position(|id| Some(id) == current.as_ref()));
                inbox.focus_item(index.unwrap_or_default());
            }
        }));
    }

    /// The list was scrolled: at its top, nothing is above it.
    pub(crate) fn scrolled(&self) {
        let is_at_top = self.element("list").is_some_and(|list| list.scroll_top() <= 0);
        if is_at_top && !self.state.above.with_untracked(Vec::is_empty) {
            self.state.above.set(Vec::new());
        }
    }

    /// Whether text runs from right to left here.
    pub(crate) fn is_right_to_left(&self) -> bool {
        let style = window().and_then(|window| window.get_computed_style(&self.host).ok().flatten());
        style.and_then(|style| style.get_property_value("direction").ok()).as_deref() == Some("rtl")
    }
}
