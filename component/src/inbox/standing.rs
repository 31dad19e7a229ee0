//! Where the panel stands: in the page instead of beside a bell, as wide and high as it is told, or all of a small
//! screen.

use std::rc::Rc;

use web_sys::{Element, HtmlElement, KeyboardEvent, css};

use super::Inbox;
use crate::{
    task::{Task, sleep_ms},
    wishes::Wishes,
};

impl Inbox {
    /// Takes what the options say of it, and of what is around the list.
    pub(super) fn take_place(self: &Rc<Self>) {
        let options = self.options.borrow().clone();
        let around = self.state.around;
        let offered = Wishes { sound: options.sound, desktop: options.desktop };
        if around.offered.try_get_untracked() != Some(offered) {
            around.offered.set(offered);
            self.recall_wishes();
        }
        around.page_badge.set((options.title_badge, options.icon_badge));
        around.toast_place.set(options.toasts.filter(|_| !options.headless));
        if options.toasts.is_none() {
            self.drop_arrivals();
        }
        let inline = options.inline && !options.headless;
        if inline != around.is_inline.get_untracked() {
            self.stand(inline);
        }
        self.fit_panel();
    }

    /// Has the panel be as the options say, once it is drawn.
    pub(super) fn fit_panel(&self) {
        let Some(panel) = self.element("panel") else { return };
        let _ = if self.state.around.is_inline.get_untracked() {
            let _ = panel.remove_attribute("aria-modal");
            panel.remove_attribute("popover")
        } else {
            panel.set_attribute("popover", "manual")
        };
        let options = self.options.borrow();
        Self::size(&panel, "--nb-panel-width", options.panel_width.as_deref());
        Self::size(&panel, "--nb-panel-height", options.panel_height.as_deref());
    }

    #[inline(never)]
    fn stand(self: &Rc<Self>, inline: bool) {
        // Whichever it was, it begins anew; the page hears nothing, because nobody opened or closed anything.
        if self.state.open.get_untracked() {
            self.close();
        }
        self.state.around.is_inline.set(inline);
        if inline {
            self.drop_arrivals();
            self.state.open.set(true);
            self.state.view.set(self.options.borrow().view);
            self.follow_scheme();
            self.listen();
            self.load_if_needed();
            self.keep_time();
        } else {
            let inbox = Rc::clone(self);
            *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
                // Until there is a bell for it to hang from.
                sleep_ms(0.0).await;
                inbox.place_panel();
            }));
        }
    }

    /// Sets a length of the panel's; what is no length leaves it to the style sheets.
    fn size(panel: &HtmlElement, property: &str, length: Option<&str>) {
        // In the place where it is used: `auto` and `none` are no lengths there.
        let is_length = |length: &&str| {
            css::supports_with_value("width", &["min(1px, ", length, ")"].concat()).unwrap_or_default()
        };
        // Through the CSSOM, which a strict `style-src` allows.
        let _ = match length.filter(is_length) {
            Some(length) => panel.style().set_property(property, length),
            None => panel.style().remove_property(property).map(drop),
        };
    }

    /// Whether the panel is all of the screen: what is behind it is nothing to go to.
    pub(super) fn take_sheet(panel: &Element, is_sheet: bool) {
        let _ = if is_sheet {
            panel.set_attribute("aria-modal", "true")
        } else {
            panel.remove_attribute("aria-modal")
        };
    }

    /// Tab goes round in a panel that is all of the screen: beyond its ends there is only what it covers.
    pub(crate) fn keep_in_sheet(self: &Rc<Self>, event: &KeyboardEvent) {
        let is_sheet = || self.element("panel").is_some_and(|panel| panel.has_attribute("aria-modal"));
        if event.key() != "Tab" || !is_sheet() {
            return;
        }
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            // Until the browser has moved it.
            sleep_ms(0.0).await;
            let has_left = |panel: &web_sys::HtmlElement| {
                let focus = inbox.root.active_element();
                focus.is_none_or(|focus| !panel.contains(Some(&focus))) && !inbox.is_focus_slotted()
            };
            if inbox.state.open.get_untracked() && inbox.element("panel").as_ref().is_some_and(has_left) {
                inbox.focus_panel();
            }
        }));
    }
}
