//! What the user does with an item.

use std::rc::Rc;

use notification_bell_protocol::{AddressUse, Item, ItemPatch, View};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use super::{Inbox, Toast, Undo};
use crate::{address::allowed, events::Happening, feed::Change, texts::Text};

impl Inbox {
    pub(super) fn item(&self, id: &str) -> Option<Item> {
        self.state.feed.with_untracked(|feed| feed.item(id))
    }

    fn patch(self: &Rc<Self>, id: &str, patch: ItemPatch) {
        self.change(Change::Patch(id.to_owned(), patch), false);
    }

    /// Acts on an item: it is read, the page is told, and unless the page prevents it, its address is followed, or
    /// that of the link in its body which was used.
    pub(crate) fn act(self: &Rc<Self>, id: &str, link: Option<&str>, is_followed_by_browser: bool) {
        let Some(item) = self.item(id) else { return };
        self.patch(id, ItemPatch { read: Some(true), clicked: Some(true), ..ItemPatch::default() });
        let url = link.or(item.url.as_deref());
        let goes_on = Happening::ItemClick(&item, url).fire(&self.host);
        if goes_on && !is_followed_by_browser {
            self.follow(url);
        }
    }

    /// Uses a button of an item.
    pub(crate) fn use_action(self: &Rc<Self>, id: &str, action_id: &str) {
        let Some(item) = self.item(id) else { return };
        let Some(action) = item.actions.iter().find(|action| action.id == action_id) else { return };
        let own = (id.to_owned(), action_id.to_owned());
        // Once, and not again while the server is being told: the page may do something that costs. What leads to an
        // address leads there again.
        let is_working = self.state.handling().working.with_untracked(|working| working.contains(&own));
        if is_working || (action.done && action.url.is_none()) {
            return;
        }
        self.state.handling().working.update(|working| working.push(own));
        let patch = ItemPatch {
            action_done: Some(action_id.to_owned()),
            read: item.read_at.is_none().then_some(true),
            ..ItemPatch::default()
        };
        self.patch(id, patch);
        if Happening::Action(&item, action).fire(&self.host) {
            self.follow(action.url.as_deref());
        }
    }

    /// By a link of its own, which says that the page's address is not to be passed on.
    fn follow(&self, url: Option<&str>) {
        let Some(href) = url.and_then(|url| self.address(url, AddressUse::Link)) else { return };
        let link = self.host.owner_document().and_then(|document| document.create_element("a").ok());
        if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
            link.set_href(&href);
            link.set_rel("noopener noreferrer");
            link.click();
        }
    }

    /// An address on this page; `None` if it is not allowed.
    pub(crate) fn address(&self, url: &str, purpose: AddressUse) -> Option<String> {
        allowed(url, purpose, &self.host.base_uri().ok().flatten()?)
    }

    /// Marks an item as read, or as unread. Where it leaves the list by that, there is a way back.
    pub(crate) fn toggle_read(self: &Rc<Self>, id: &str) {
        let Some(item) = self.item(id) else { return };
        let read = item.read_at.is_none();
        self.set_read(id, read);
        if read && self.state.view.get_untracked() == View::Unread {
            let patch = ItemPatch { read: Some(false), ..ItemPatch::default() };
            self.show_toast(Toast {
                words: self.state.words(|locale| locale.text(Text::MarkedRead)),
                undo: Some(one(id, patch)),
            });
        }
    }

    fn set_read(self: &Rc<Self>, id: &str, read: bool) {
        self.patch(id, ItemPatch { read: Some(read), ..ItemPatch::default() });
    }

    /// Puts an item into the archive, or whatever is in none of the lists of the inbox back there.
    pub(crate) fn archive_or_bring_back(self: &Rc<Self>, id: &str) {
        let now = self.environment.now();
        match self.item(id) {
            Some(item) if item.archived_at.is_some() => {
                self.put(
                    &item,
                    ItemPatch { archived: Some(false), ..ItemPatch::default() },
                    Text::Unarchived,
                );
            }
            Some(item) if item.snoozed_until.is_some_and(|until| until > now) => {
                self.put(
                    &item,
                    ItemPatch { snoozed_until: Some(None), ..ItemPatch::default() },
                    Text::Unarchived,
                );
            }
            Some(item) => {
                self.put(&item, ItemPatch { archived: Some(true), ..ItemPatch::default() }, Text::Archived);
            }
            None => {}
        }
    }

    fn put(self: &Rc<Self>, item: &Item, patch: ItemPatch, text: Text) {
        self.put_saying(item, patch, self.state.words(|locale| locale.text(text)));
    }

    /// Puts an item somewhere else, and says so with a way back.
    pub(super) fn put_saying(self: &Rc<Self>, item: &Item, patch: ItemPatch, words: String) {
        let now = self.environment.now();
        let back = match item.snoozed_until.filter(|until| *until > now) {
            Some(until) => ItemPatch { snoozed_until: Some(Some(until)), ..ItemPatch::default() },
            None if item.archived_at.is_some() => ItemPatch { archived: Some(true), ..ItemPatch::default() },
            None if patch.archived.is_some() => ItemPatch { archived: Some(false), ..ItemPatch::default() },
            None => ItemPatch { snoozed_until: Some(None), ..ItemPatch::default() },
        };
        self.patch(&item.id, patch);
        self.show_toast(Toast { words, undo: Some(one(&item.id, back)) });
    }

    /// Deletes an item: on screen at once, at the server when it can no longer be undone.
    pub(crate) fn remove(self: &Rc<Self>, id: &str) {
        let now = self.environment.now();
        let Some(number) = self.update_feed(|feed| feed.hold_removal(id.to_owned(), now)) else { return };
        self.show_toast(Toast {
            words: self.state.words(|locale| locale.text(Text::Deleted)),
            undo: Some(Undo::Removals(vec![(id.to_owned(), number)])),
        });
    }
}

/// The way back of one item.
fn one(id: &str, patch: ItemPatch) -> Undo {
    Undo::Changes { id: Some(id.to_owned()), back: vec![Change::Patch(id.to_owned(), patch)] }
}
