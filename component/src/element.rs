//! What the JavaScript class calls: one [`Bell`] for each element that is in a page.

use std::{cell::Cell, rc::Rc};

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    inbox::{Handle, Inbox},
    style, view,
    watch::Watch,
};

/// An element at work. Every method takes `&self`: the browser calls back while another call is running.
#[wasm_bindgen]
pub struct Bell {
    inbox: Rc<Inbox>,
    owner: Owner,
    unmount: Cell<Option<Box<dyn FnOnce()>>>,
    _watch: Watch,
}

#[wasm_bindgen]
impl Bell {
    /// Draws the bell into the shadow root and gets to work. `assets` is the address of the element's files.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(host: HtmlElement, root: ShadowRoot, assets: String, default_api_url: String) -> Self {
        style::adopt(&root);
        root.replace_children_with_node_0();
        // An owner without a parent: a bell that is made while another draws must not end with it.
        let owner = Owner::new_root(None);
        let (inbox, unmount) = owner.with(|| {
            let inbox = Inbox::new(host, root.clone(), assets, default_api_url);
            let handle: Handle = StoredValue::new_local(Rc::clone(&inbox));
            let state = inbox.state;
            let mounted = mount_to(root.unchecked_into(), move || view::bell_and_panel(handle, state));
            (inbox, Box::new(move || drop(mounted)) as Box<dyn FnOnce()>)
        });
        let watch = Watch::new(&inbox);
        inbox.begin();
        Self { inbox, owner, unmount: Cell::new(Some(unmount)), _watch: watch }
    }

    /// What says who the user is has changed: if it is another one, the old one's items are gone when this returns.
    #[wasm_bindgen(js_name = userChanged)]
    pub fn user_changed(&self) {
        self.inbox.drop_other_user();
    }

    /// Attributes have changed.
    pub fn changed(&self) {
        self.inbox.take_options();
    }

    /// The element was moved within its document.
    pub fn moved(&self) {
        self.inbox.show_panel();
        self.inbox.follow_language();
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

    /// Takes everything away. Nothing is called after this but `free`.
    pub fn end(&self) {
        self.inbox.end();
        // Before it is dropped: work that holds the owner would keep it, and with it every clean-up, from ending.
        self.owner.cleanup();
        if let Some(unmount) = self.unmount.take() {
            unmount();
        }
    }
}
