//! What an element listens to outside of itself for as long as it is in a page.

use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use leptos::web_sys::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{MutationObserver, MutationObserverInit};

use crate::inbox::Inbox;

/// Dropped, it listens no more.
pub(crate) struct Watch {
    _network: Vec<EventListener>,
    language: Option<(MutationObserver, Closure<dyn FnMut()>)>,
}

impl Watch {
    pub(crate) fn new(inbox: &Rc<Inbox>) -> Self {
        let network = window().map_or_else(Vec::new, |window| {
            let (lost, found) = (Rc::downgrade(inbox), Rc::downgrade(inbox));
            vec![
                EventListener::new(&window, "offline", move |_| {
                    if let Some(inbox) = lost.upgrade() {
                        inbox.went_offline();
                    }
                }),
                EventListener::new(&window, "online", move |_| {
                    if let Some(inbox) = found.upgrade() {
                        inbox.reconnect();
                    }
                }),
            ]
        });
        Self { _network: network, language: watch_language(inbox) }
    }
}

/// The language of the page may be switched while it is open.
fn watch_language(inbox: &Rc<Inbox>) -> Option<(MutationObserver, Closure<dyn FnMut()>)> {
    let page = inbox.host.owner_document()?.document_element()?;
    let inbox = Rc::downgrade(inbox);
    let changed = Closure::<dyn FnMut()>::new(move || {
        if let Some(inbox) = inbox.upgrade() {
            inbox.follow_language();
        }
    });
    let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok()?;
    let init = MutationObserverInit::new();
    init.set_attribute_filter(&Array::of1(&"lang".into()));
    observer.observe_with_options(&page, &init).ok()?;
    Some((observer, changed))
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((observer, _)) = &self.language {
            observer.disconnect();
        }
    }
}
