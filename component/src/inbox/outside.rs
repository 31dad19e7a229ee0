//! What the page's own code sees and does: the state as a plain value, and every action of the views by the ids of
//! items.

use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use leptos::prelude::untrack;
use notification_bell_protocol::{Counts, Item, ItemPatch, Timestamp, View};
use wasm_bindgen::JsValue;

use super::{Connection, Inbox, Loading};
use crate::{
    api::Fault,
    events::Happening,
    feed::Change,
    follow::follow,
    json::js_of,
    style,
    task::{Task, sleep_ms},
    texts::Text,
    wire::{counts_value, item_value},
};

/// The state as the page has read it.
pub(super) struct Read {
    snapshot: Snapshot,
    value: JsValue,
}

#[derive(PartialEq)]
struct Snapshot {
    connection: &'static str,
    counts: Option<Counts>,
    view: View,
    items: Vec<Item>,
    has_more: bool,
    is_loading: bool,
    error: Option<Fault>,
}

impl Snapshot {
    fn value(&self) -> JsValue {
        let value = Object::new();
        let set = |name: &str, member: JsValue| {
            // A plain object takes any member.
            let _ = Reflect::set(&value, &name.into(), &member);
        };
        set("connection", self.connection.into());
        set("counts", self.counts.as_ref().map_or(JsValue::NULL, |counts| js_of(&counts_value(counts))));
        set("view", self.view.as_str().into());
        set("items", self.items.iter().map(|item| js_of(&item_value(item))).collect::<Array>().into());
        set("hasMore", self.has_more.into());
        set("isLoading", self.is_loading.into());
        let error =
            self.error.as_ref().map_or(JsValue::NULL, |fault| Happening::Error(fault).detail().into());
        set("error", error);
        value.into()
    }
}

impl Inbox {
    fn snapshot(&self) -> Snapshot {
        let state = self.state;
        let list = state.list_untracked();
        let view = list.view;
        let (connection, fault) = match state.connection.get_untracked() {
            Connection::SignedOut => ("signed-out", None),
            Connection::Connecting => ("connecting", None),
            Connection::Live => ("live", None),
            Connection::Offline => ("offline", None),
            Connection::Waiting(fault) => ("waiting", Some(fault)),
            Connection::Stopped(fault) => ("stopped", Some(fault)),
        };
        let loading = state.loading.get_untracked();
        let is_loading = matches!(loading, Loading::First | Loading::More);
        let error = match loading {
            Loading::Failed(fault) => fault.into(),
            _ => fault,
        };
        let ids = state.listed.get_untracked();
        state.feed.with_untracked(|feed| Snapshot {
            connection,
            counts: feed.counts(),
            view,
            items: ids.iter().filter_map(|id| feed.item(id)).collect(),
            has_more: feed.is_loaded(&list) && feed.next_cursor(&list).is_some(),
            is_loading,
            error,
        })
    }

    /// The state for the page: the same object until something in it is another.
    pub(crate) fn read_state(&self) -> JsValue {
        let snapshot = self.snapshot();
        let mut read = self.snapshot.borrow_mut();
        match &*read {
            Some(read) if read.snapshot == snapshot => read.value.clone(),
            _ => {
                let value = snapshot.value();
                *read = Some(Read { snapshot, value: value.clone() });
                value
            }
        }
    }

    /// Tells the page of changes of the state, those of one task together. One that has never read it is told of
    /// each that there may be.
    pub(crate) fn tell_changes(self: &Rc<Self>) {
        let inbox = Rc::downgrade(self);
        let state = self.state;
        follow(move || {
            state.feed.track();
            state.listed.track();
            state.view.track();
            state.connection.track();
            state.loading.track();
            untrack(|| {
                let Some(inbox) = inbox.upgrade() else { return };
                let is_known =
                    inbox.snapshot.borrow().as_ref().is_some_and(|read| read.snapshot == inbox.snapshot());
                if !is_known {
                    Happening::Change.fire(&inbox.host);
                }
            });
        });
    }

    /// The page draws from now on, or does so no more.
    pub(super) fn follow_drawing(self: &Rc<Self>, is_headless: bool) {
        if self.state.is_headless.get_untracked() != is_headless {
            self.draw_or_not(is_headless);
        }
    }

    #[inline(never)]
    fn draw_or_not(self: &Rc<Self>, is_headless: bool) {
        self.state.is_headless.set(is_headless);
        style::follow(&self.root, is_headless);
        drop(self.openness.take());
        if is_headless {
            return;
        }
        if self.state.open.get_untracked() {
            self.listen();
        }
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            // Until it is drawn.
            sleep_ms(0.0).await;
            inbox.fit_panel();
            inbox.show_panel();
        }));
    }

    pub(crate) fn set_read_to(self: &Rc<Self>, id: &str, read: bool) {
        if self.item(id).is_some_and(|item| item.read_at.is_some() != read) {
            self.toggle_read(id);
        }
    }

    pub(crate) fn set_archived_to(self: &Rc<Self>, id: &str, archived: bool) {
        if self.item(id).is_some_and(|item| item.archived_at.is_some() != archived) {
            self.archive_or_bring_back(id);
        }
    }

    /// Puts an item off until a moment in milliseconds; brings it back without one.
    pub(crate) fn snooze_to(self: &Rc<Self>, id: &str, until_ms: Option<f64>) {
        let Some(item) = self.item(id) else { return };
        if let Some(until_ms) = until_ms {
            #[expect(clippy::cast_possible_truncation, reason = "no number gives 0, which is not to come")]
            let until = Timestamp::from_unix_ms(until_ms as i64);
            if self.snooze_refusal(until).is_none() {
                self.snooze(id, until);
            }
        } else if item.snoozed_until.is_some_and(|until| until > self.environment.now()) {
            let patch = ItemPatch { snoozed_until: Some(None), ..ItemPatch::default() };
            self.put_saying(&item, patch, self.state.words(|locale| locale.text(Text::Unarchived)));
        }
    }

    /// Deletes an item: where no panel shows a way back, for good and at once.
    pub(crate) fn remove_at_once(self: &Rc<Self>, id: &str) {
        if self.item(id).is_none() {
            return;
        }
        if self.state.open.get_untracked() && !self.state.is_headless.get_untracked() {
            self.remove(id);
        } else {
            self.change(Change::Remove(id.to_owned()), false);
        }
    }
}
