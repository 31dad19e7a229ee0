//! What the JavaScript class calls: one [`Bell`] for each element that is in a page.

use std::rc::Rc;

use any_spawner::Executor;
use js_sys::Function;
use leptos::prelude::Owner;
use notification_bell_protocol::View;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    inbox::{Handle, Inbox, Stage},
    signal::StoredValue,
    style, view,
};

/// An element at work. Every method takes `&self`: the browser calls back while another call is running.
#[wasm_bindgen]
pub struct Bell {
    inbox: Rc<Inbox>,
    owner: Owner,
    root: ShadowRoot,
}

#[wasm_bindgen]
impl Bell {
    /// Draws the bell into the shadow root and gets to work. `assets` is the address of the element's files, `more`
    /// loads a script of them by its name, and `turn` promises that the browser has had its turn.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(
        host: HtmlElement,
        root: ShadowRoot,
        assets: String,
        default_api_url: String,
        more: Function,
        turn: Function,
    ) -> Self {
        let is_headless = host.has_attribute("headless");
        let is_inline = host.has_attribute("inline");
        // The early bell has brought what its successor is drawn with, and the rest of the style takes a while.
        if is_headless || root.adopted_style_sheets().length() == 0 {
            style::follow(&root, is_headless);
        }
        root.replace_children_with_node_0();
        // What runs effects. It fails where there is one already, which then is of an element before this one.
        let _ = Executor::init_wasm_bindgen();
        // An owner without a parent: a bell that is made while another draws must not end with it.
        let owner = Owner::new_root(None);
        let (inbox, handle) = owner.with(|| {
            let inbox = Inbox::new(host, root.clone(), assets, default_api_url, more, turn);
            let handle: Handle = StoredValue::new(Rc::clone(&inbox));
            let state = inbox.state;
            state.is_headless.set(is_headless);
            // What stands in the page has no bell, which is known for certain once the options are read.
            state.stage.set(if is_inline { Stage::Nothing } else { Stage::Bell });
            view::bell_and_panel(handle, state).mount(&root);
            (inbox, handle)
        });
        inbox.begin(owner.clone(), handle);
        Self { inbox, owner, root }
    }

    /// What says who the user is has changed: if it is another one, the old one's items are gone when this returns.
    #[wasm_bindgen(js_name = userChanged)]
    pub fn user_changed(&self) {
        if self.inbox.has_begun() {
            self.inbox.drop_other_user();
        }
    }

    /// Attributes have changed.
    pub fn changed(&self) {
        if self.inbox.has_begun() {
            self.inbox.take_options();
        }
    }

    /// The element was moved within its document.
    pub fn moved(&self) {
        self.inbox.show_panel();
        self.inbox.show_arrivals();
        self.inbox.follow_language();
    }

    /// The page draws items by another function, or no longer.
    #[wasm_bindgen(js_name = rendererChanged)]
    pub fn renderer_changed(&self) {
        self.inbox.take_renderer();
    }

    /// Opens or closes the panel.
    #[wasm_bindgen(js_name = setOpen)]
    pub fn set_open(&self, open: bool) {
        self.inbox.set_open(open);
    }

    /// Loads everything again.
    pub fn refresh(&self) {
        self.inbox.refresh();
    }

    /// The state for a page that draws it: the same object until something in it is another.
    #[must_use]
    pub fn state(&self) -> JsValue {
        self.inbox.read_state()
    }

    /// Marks an item as read, or as unread.
    #[wasm_bindgen(js_name = markRead)]
    pub fn mark_read(&self, id: &str, read: bool) {
        self.inbox.set_read_to(id, read);
    }

    /// Puts an item into the archive, or back.
    pub fn archive(&self, id: &str, archived: bool) {
        self.inbox.set_archived_to(id, archived);
    }

    /// Until a moment in milliseconds of Unix time; without one, no longer.
    pub fn snooze(&self, id: &str, until_ms: Option<f64>) {
        self.inbox.snooze_to(id, until_ms);
    }

    /// Deletes an item.
    #[wasm_bindgen(js_name = removeItem)]
    pub fn remove_item(&self, id: &str) {
        self.inbox.remove_at_once(id);
    }

    /// As a click on an item.
    pub fn act(&self, id: &str) {
        self.inbox.act(id, None, false);
    }

    /// As a click on a button of an item.
    #[wasm_bindgen(js_name = useAction)]
    pub fn use_action(&self, id: &str, action_id: &str) {
        self.inbox.use_action(id, action_id);
    }

    /// Marks everything as read that has been shown so far.
    #[wasm_bindgen(js_name = markAllRead)]
    pub fn mark_all_read(&self) {
        self.inbox.mark_all_read();
    }

    /// Loads the next page of the list.
    #[wasm_bindgen(js_name = loadMore)]
    pub fn load_more(&self) {
        self.inbox.load_more();
    }

    /// Shows another view; one that there is not changes nothing.
    #[wasm_bindgen(js_name = setView)]
    pub fn set_view(&self, name: &str) {
        if let Some(view) = View::named(name) {
            self.inbox.show_view(view);
        }
    }

    /// Takes everything away. Nothing is called after this but `free`.
    pub fn end(&self) {
        self.inbox.end();
        // Before it is dropped: work that holds the owner would keep it, and with it every clean-up, from ending.
        self.owner.cleanup();
        self.root.replace_children_with_node_0();
    }
}
