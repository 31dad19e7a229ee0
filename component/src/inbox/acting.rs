//! What the user does with an item.

use std::rc::Rc;

use leptos::prelude::*;
use notification_bell_protocol::{AddressUse, Item, ItemPatch, MarkRequest, MarkSet};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use super::Inbox;
use crate::{address::allowed, events::Happening, feed::Change};

impl Inbox {
    fn item(&self, id: &str) -> Option<Item> {
        self.state.feed.with_untracked(|feed| feed.item(id))
    }

    fn patch(self: &Rc<Self>, id: &str, patch: ItemPatch) {
        self.change(Change::Patch(id.to_owned(), patch), false);
    }

    /// Acts on an item: it is read, the page is told, and unless the page prevents it, its address is followed.
    pub(crate) fn act(self: &Rc<Self>, id: &str, is_followed_by_browser: bool) {
        let Some(item) = self.item(id) else { return };
        if item.read_at.is_none() {
            self.set_read(id, true);
        }
        let goes_on = Happening::ItemClick(&item).fire(&self.host);
        if goes_on && !is_followed_by_browser {
            self.follow(item.url.as_deref());
        }
    }

    /// Uses a button of an item.
    pub(crate) fn use_action(self: &Rc<Self>, id: &str, action_id: &str) {
        let Some(item) = self.item(id) else { return };
        let Some(action) = item.actions.iter().find(|action| action.id == action_id) else { return };
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

    pub(crate) fn set_read(self: &Rc<Self>, id: &str, read: bool) {
        self.patch(id, ItemPatch { read: Some(read), ..ItemPatch::default() });
    }

    pub(crate) fn set_archived(self: &Rc<Self>, id: &str, archived: bool) {
        self.patch(id, ItemPatch { archived: Some(archived), ..ItemPatch::default() });
    }

    pub(crate) fn remove(self: &Rc<Self>, id: &str) {
        self.change(Change::Remove(id.to_owned()), false);
    }

    /// Marks everything as read that has been shown so far.
    pub(crate) fn mark_all_read(self: &Rc<Self>) {
        let set = MarkSet { read: Some(true), ..MarkSet::default() };
        self.change(Change::Mark(MarkRequest { set, ..MarkRequest::default() }), false);
    }
}
