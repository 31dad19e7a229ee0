//! What has just come in, shown on the screen while the panel is closed, and when it goes again.

use std::rc::Rc;

use notification_bell_protocol::Item;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Inbox;
use crate::{
    arrivals::Arrivals,
    task::{Task, sleep_ms},
};

/// How long one stays that goes by itself.
const ARRIVAL_MS: f64 = 6_000.0;

impl Inbox {
    /// Shows what came in, unless it can be seen in the panel, or nobody looks at this page.
    pub(super) fn take_arrivals(self: &Rc<Self>, arrived: &[Item]) {
        let around = self.state.around;
        let is_hidden = self.host.owner_document().is_none_or(|document| document.hidden());
        if around.toast_place.get_untracked().is_none() || self.state.open.get_untracked() || is_hidden {
            return;
        }
        self.show_on_screen(arrived);
    }

    #[inline(never)]
    fn show_on_screen(self: &Rc<Self>, arrived: &[Item]) {
        self.follow_scheme();
        self.state.around.arrivals.try_update(|arrivals| arrived.iter().for_each(|item| arrivals.take(item)));
        self.show_arrivals();
        self.let_arrivals_go();
    }

    /// Puts them on the top layer, or takes them off it when there are none.
    pub(crate) fn show_arrivals(&self) {
        if let Some(toasts) = self.element("arrivals") {
            // Throws if it is there already, or is not in a page.
            let _ = if self.has_no_arrivals() { toasts.hide_popover() } else { toasts.show_popover() };
        }
    }

    fn has_no_arrivals(&self) -> bool {
        self.state.around.arrivals.try_with_untracked(Arrivals::is_empty).unwrap_or(true)
    }

    /// Keeps all of them while somebody is at one.
    pub(crate) fn hold_arrivals(&self) {
        self.outside.leaving.borrow_mut().clear();
    }

    /// Has them go after a while, but those that stay, and unless the mouse or the focus is on one.
    pub(crate) fn let_arrivals_go(self: &Rc<Self>) {
        let toasts = self.element("arrivals");
        if toasts.and_then(|toasts| toasts.matches(":hover, :focus-within").ok()) == Some(true) {
            return;
        }
        let arrivals = self.state.around.arrivals.get_untracked();
        let mut leaving = self.outside.leaving.borrow_mut();
        leaving.retain(|(id, _)| arrivals.iter().any(|arrival| arrival.id == *id));
        for arrival in arrivals.iter().filter(|arrival| !arrival.stays) {
            if leaving.iter().any(|(id, _)| *id == arrival.id) {
                continue;
            }
            let (inbox, id) = (Rc::clone(self), arrival.id.clone());
            let task = Task::spawn(async move {
                sleep_ms(ARRIVAL_MS).await;
                inbox.keep_arrivals(|other| other != id);
            });
            leaving.push((arrival.id.clone(), task));
        }
    }

    /// Takes one off the screen.
    pub(crate) fn dismiss(self: &Rc<Self>, id: &str, by_keyboard: bool) {
        self.keep_arrivals(|other| other != id);
        if by_keyboard {
            let inbox = Rc::clone(self);
            *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
                sleep_ms(0.0).await;
                inbox.focus_after_arrival();
            }));
        } else {
            self.let_arrivals_go();
        }
    }

    /// The one that had the focus is gone: the next one gets it, or the bell.
    fn focus_after_arrival(&self) {
        if self.root.active_element().is_some() {
            return;
        }
        let next = self.root.query_selector(".arrival button").ok().flatten();
        match next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
            Some(next) => drop(next.focus()),
            None => self.focus_id("bell"),
        }
    }

    /// Takes all off the screen.
    pub(crate) fn drop_arrivals(&self) {
        if !self.has_no_arrivals() {
            self.keep_arrivals(|_| false);
        }
    }

    /// Takes those off the screen that are read or gone, or have ended, wherever that was done.
    pub(crate) fn review_arrivals(&self) {
        if self.has_no_arrivals() {
            return;
        }
        let (feed, now) = (self.state.feed, self.environment.now());
        self.keep_arrivals(|id| feed.try_with_untracked(|feed| feed.is_unread(id, now)) == Some(true));
    }

    #[inline(never)]
    fn keep_arrivals(&self, keep: impl Fn(&str) -> bool) {
        let arrivals = self.state.around.arrivals;
        let goes = |arrivals: &Arrivals| arrivals.iter().any(|arrival| !keep(&arrival.id));
        if arrivals.try_with_untracked(goes) == Some(true) {
            arrivals.try_update(|arrivals| arrivals.retain(|arrival| keep(&arrival.id)));
            self.show_arrivals();
        }
    }
}
