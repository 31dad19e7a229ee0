//! Loading the list: the first page when somebody looks, further ones as they scroll.

use std::rc::Rc;

use leptos::prelude::*;
use notification_bell_protocol::View;

use super::{Inbox, Loading};
use crate::{api::Fault, task::Task};

impl Inbox {
    /// Loads the first page of the view that is shown, if it is shown and not there.
    pub(crate) fn load_if_needed(self: &Rc<Self>) {
        let view = self.state.view.get_untracked();
        let is_loaded = self.state.feed.with_untracked(|feed| feed.is_loaded(view));
        if self.state.open.get_untracked() && !is_loaded && self.backend.borrow().is_some() {
            self.load(view, None);
        }
    }

    /// Loads the next page, if there is one and nothing else is on its way.
    pub(crate) fn load_more(self: &Rc<Self>) {
        let view = self.state.view.get_untracked();
        let next = self.state.feed.with_untracked(|feed| feed.next_cursor(view).cloned());
        let is_idle = matches!(self.state.loading.get_untracked(), Loading::Idle | Loading::MoreFailed);
        if let Some(cursor) = next.filter(|_| is_idle) {
            self.load(view, Some(cursor));
        }
    }

    fn load(self: &Rc<Self>, view: View, cursor: Option<String>) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        let is_first = cursor.is_none();
        self.state.loading.set(if is_first { Loading::First } else { Loading::More });
        let inbox = Rc::clone(self);
        *self.tasks.list.borrow_mut() = Some(Task::spawn(async move {
            let Some(started) = inbox.state.feed.try_with_untracked(crate::feed::Feed::tick) else { return };
            let outcome = match backend.page(view, cursor.as_deref(), inbox.environment).await {
                Ok(page) => {
                    let now = inbox.environment.now();
                    inbox.update_feed(|feed| feed.take_page(view, is_first, page, started, now));
                    Loading::Idle
                }
                Err(fault) => inbox.list_failed(is_first, fault),
            };
            inbox.state.loading.try_set(outcome);
            inbox.keep_time();
        }));
    }

    fn list_failed(&self, is_first: bool, fault: Fault) -> Loading {
        if !is_first {
            return Loading::MoreFailed;
        }
        self.report(&fault);
        Loading::Failed(fault)
    }

    /// Shows another view.
    pub(crate) fn show_view(self: &Rc<Self>, view: View) {
        if self.state.view.get_untracked() == view {
            return;
        }
        self.state.view.set(view);
        self.state.current.set(None);
        self.state.above.set(Vec::new());
        self.state.loading.set(Loading::Idle);
        drop(self.tasks.list.take());
        self.load_if_needed();
    }

    /// Asks the server for everything again: the list, and the connection if it was given up.
    pub(crate) fn refresh(self: &Rc<Self>) {
        self.update_feed(crate::feed::Feed::invalidate);
        self.reconnect();
        self.load_if_needed();
    }
}
