//! Opening and closing the panel, and its place on the screen.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::web_sys::window;
use notification_bell_protocol::{Item, ItemId, View};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, Window};

use super::{Inbox, Loading, Stage};
use crate::{
    events::Happening,
    position::{Bounds, Screen, place},
    task::{Task, sleep_ms},
};

/// On a screen no wider than this the panel is all of it, and on some that are low: see panel.css.
const SHEET_MAX: f64 = 480.0;

/// A length in CSS.
pub(super) fn pixels(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "whole pixels of a screen")]
    let whole = value.round() as i32;
    [whole.to_string().as_str(), "px"].concat()
}

/// How wide and how high a window is, in CSS pixels.
pub(super) fn size_of(window: &Window) -> Option<(f64, f64)> {
    Some((window.inner_width().ok()?.as_f64()?, window.inner_height().ok()?.as_f64()?))
}

/// What is only there while the panel is open.
pub(super) struct Openness {
    _listeners: Vec<EventListener>,
    /// The wait between a click elsewhere and what comes of it.
    closing: Option<Task>,
}

impl Inbox {
    pub(crate) fn element(&self, id: &str) -> Option<HtmlElement> {
        self.root.get_element_by_id(id)?.dyn_into().ok()
    }

    /// Opens or closes the panel, unless the page prevents it.
    pub(crate) fn set_open(self: &Rc<Self>, open: bool) {
        // What stands in the page is always open.
        if self.state.around.is_inline.get_untracked() {
            return;
        }
        if self.state.stage.get_untracked() < Stage::Started {
            // The attribute keeps the wish.
            let _ = self.host.toggle_attribute_with_force("open", open);
            return;
        }
        if open != self.state.open.get_untracked() {
            let happening = if open { Happening::Open } else { Happening::Close };
            let is_allowed = happening.fire(&self.host);
            if self.state.open.try_get_untracked().is_none() {
                // A listener has taken the element to another document, where it begins anew.
                return;
            }
            if is_allowed {
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
        self.state.category.set(None);
        // What failed was another list, as a rule, and is asked for anew if it is this one.
        self.state.loading.set(Loading::Idle);
        drop(self.tasks.list.take());
        self.drop_arrivals();
        if !self.state.is_headless.get_untracked() {
            self.listen();
        }
        self.show_panel();
        self.load_if_needed();
        self.keep_time();
        self.focus_panel();
    }

    pub(super) fn close(self: &Rc<Self>) {
        let had_focus = self.root.active_element().is_some() || self.is_focus_slotted();
        self.state.open.set(false);
        self.state.above.set(Vec::new());
        self.state.current.set(None);
        self.state.listing.forget();
        self.state.snoozing.set(None);
        self.state.handling().end_look();
        self.end_touch();
        self.state.around.is_setting.set(false);
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
        self.follow_scheme();
        if let Some(panel) = self.element("panel") {
            // Throws if it is shown already.
            let _ = panel.show_popover();
        }
        self.place_panel();
    }

    /// Finds out whose colours count where neither page nor `theme` says which.
    pub(super) fn follow_scheme(&self) {
        let style = window().and_then(|window| window.get_computed_style(&self.host).ok().flatten());
        let scheme = style.and_then(|style| style.get_property_value("color-scheme").ok());
        let is_unsaid = scheme.is_none_or(|scheme| scheme == "normal");
        self.state.follows_system.set(is_unsaid && !self.options.borrow().has_own_theme);
    }

    pub(crate) fn place_panel(&self) {
        let (Some(bell), Some(panel), Some(window)) = (self.element("bell"), self.element("panel"), window())
        else {
            return;
        };
        if !self.state.open.get_untracked() {
            return;
        }
        let Some((width, height)) = size_of(&window) else { return };
        let panel_width = f64::from(panel.offset_width());
        Self::take_sheet(&panel, width <= SHEET_MAX || panel_width >= width);
        let bounds = bell.get_bounding_client_rect();
        let bounds =
            Bounds { left: bounds.left(), top: bounds.top(), right: bounds.right(), bottom: bounds.bottom() };
        let screen = Screen { width, height, is_right_to_left: self.is_right_to_left() };
        let position = place(bounds, panel_width, screen, self.options.borrow().placement);
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

    pub(super) fn listen(self: &Rc<Self>) {
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
            if let Some(inbox) = pressed.upgrade().filter(|_| is_escape && !event.default_prevented())
                && !inbox.is_for_another(event)
                && !inbox.end_selecting()
            {
                inbox.set_open(false);
            }
        });
        let listeners = vec![place("resize"), place("scroll"), click, escape];
        *self.openness.borrow_mut() = Some(Openness { _listeners: listeners, closing: None });
    }

    /// Whether a key was pressed in another open bell of the page.
    fn is_for_another(&self, event: &Event) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let open = target.and_then(|target| target.closest("notification-bell[open]").ok().flatten());
        open.is_some_and(|open| open != *self.host)
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

    /// Whether what comes in now is listed, but above what is in view.
    pub(super) fn holds_back(&self) -> bool {
        let is_listed = matches!(self.state.view.get_untracked(), View::All | View::Unread);
        is_listed && self.element("list").is_some_and(|list| list.scroll_top() > 0)
    }

    /// Whether the pill has nothing to count.
    pub(super) fn is_all_shown(&self) -> bool {
        self.state.above.with_untracked(Vec::is_empty)
    }

    /// Something came in while the list is scrolled: the pill counts it.
    pub(super) fn note_arrivals(&self, arrived: &[Item]) {
        // One that took the place of another has it gone.
        let is_there = |id: &ItemId| self.state.feed.with_untracked(|feed| feed.look(id).is_some());
        self.state.above.update(|above| above.retain(is_there));
        if self.holds_back() {
            self.count_above(arrived);
        }
    }

    #[inline(never)]
    fn count_above(&self, arrived: &[Item]) {
        let category = self.state.category.get_untracked();
        let is_listed = |item: &&Item| category.is_none() || item.category == category;
        let ids = arrived.iter().filter(is_listed).map(|item| item.id.clone());
        self.state.above.update(|above| above.extend(ids));
    }

    /// Back to the top of the list.
    pub(crate) fn scroll_to_top(&self) {
        self.state.above.set(Vec::new());
        if let Some(list) = self.element("list") {
            list.set_scroll_top(0);
        }
    }

    /// The list was scrolled: at its top, nothing is above it.
    pub(crate) fn scrolled(&self) {
        let is_at_top = self.element("list").is_some_and(|list| list.scroll_top() <= 0);
        if is_at_top && !self.is_all_shown() {
            self.state.above.set(Vec::new());
        }
    }

    /// Whether text runs from right to left here.
    pub(crate) fn is_right_to_left(&self) -> bool {
        let style = window().and_then(|window| window.get_computed_style(&self.host).ok().flatten());
        style.and_then(|style| style.get_property_value("direction").ok()).as_deref() == Some("rtl")
    }
}
