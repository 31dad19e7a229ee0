//! Loading the list: the first page when somebody looks, further ones as they scroll.

use std::rc::Rc;

use notification_bell_protocol::View;

use super::{Connection, Inbox, Loading};
use crate::{
    api::Fault,
    feed::{Feed, List},
    task::Task,
};

impl Inbox {
    /// Loads the first page of the view that is shown, if it is shown and not there.
    pub(crate) fn load_if_needed(self: &Rc<Self>) {
        let list = self.state.list_untracked();
        let is_loaded = self.state.feed.with_untracked(|feed| feed.is_loaded(&list));
        // Without a network, what was kept of the last time is as good as it gets.
        let is_enough = self.state.connection.get_untracked() == Connection::Offline
            && !self.state.listed.with_untracked(Vec::is_empty);
        if self.state.open.get_untracked() && !is_loaded && !is_enough && self.backend.borrow().is_some() {
            self.load(list, None);
        } else {
            self.catch_up_with(&list);
        }
    }

    /// Loads the next page, if there is one and nothing else is on its way.
    pub(crate) fn load_more(self: &Rc<Self>) {
        let list = self.state.list_untracked();
        let next = self.state.feed.with_untracked(|feed| feed.next_cursor(&list).cloned());
        let is_idle = matches!(self.state.loading.get_untracked(), Loading::Idle | Loading::MoreFailed);
        if let Some(cursor) = next.filter(|_| is_idle) {
            self.load(list, Some(cursor));
        }
    }

    fn load(self: &Rc<Self>, list: List, cursor: Option<String>) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        let is_first = cursor.is_none();
        self.state.loading.set(if is_first { Loading::First } else { Loading::More });
        let inbox = Rc::clone(self);
        *self.tasks.list.borrow_mut() = Some(Task::spawn(async move {
            let mut cursor = cursor;
            let outcome = loop {
                let Some(started) = inbox.state.feed.try_with_untracked(Feed::tick) else { return };
                match backend.page(&list, cursor.as_deref(), inbox.environment).await {
                    Ok(page) => {
                        // What has been read is drawn in a task of its own.
                        let _ = inbox.turn().await;
                        let now = inbox.environment.now();
                        let is_first = cursor.is_none();
                        inbox.update_feed(|feed| feed.take_page(&list, is_first, page, started, now));
                    }
                    Err(fault) => break inbox.list_failed(is_first, fault),
                }
                // Loaded again, a list comes as far as somebody has read it.
                let next = |feed: &Feed| feed.next_cursor(&list).filter(|_| feed.catches_up(&list)).cloned();
                cursor = inbox.state.feed.try_with_untracked(next).flatten();
                if cursor.is_none() {
                    break Loading::Idle;
                }
            };
            inbox.state.loading.set(outcome);
            inbox.keep_time();
        }));
    }

    /// Goes on with what was interrupted.
    fn catch_up_with(self: &Rc<Self>, list: &List) {
        if self.state.open.get_untracked() && self.state.feed.with_untracked(|feed| feed.catches_up(list)) {
            self.load_more();
        }
    }

    #[inline(never)]
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
        self.show_list();
    }

    /// Shows one category, or all.
    pub(crate) fn show_category(self: &Rc<Self>, category: Option<String>) {
        if self.state.category.with_untracked(|own| *own == category) {
            return;
        }
        self.state.category.set(category);
        self.show_list();
    }

    /// Shows another list, from its beginning.
    fn show_list(self: &Rc<Self>) {
        self.end_selecting();
        self.state.current.set(None);
        self.state.above.set(Vec::new());
        self.state.listing.forget();
        if let Some(list) = self.element("list") {
            list.set_scroll_top(0);
        }
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
