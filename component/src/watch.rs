//! What an element listens to outside of itself for as long as it is in a page.

use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use leptos::web_sys::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{EventTarget, MutationObserver, MutationObserverInit};

use crate::inbox::Inbox;

/// Dropped, it listens no more.
pub(crate) struct Watch {
    _listeners: Vec<EventListener>,
    language: Option<(MutationObserver, Closure<dyn FnMut()>)>,
}

impl Watch {
    pub(crate) fn new(inbox: &Rc<Inbox>) -> Self {
        let Some(window) = window() else { return Self { _listeners: Vec::new(), language: None } };
        let on = |target: &EventTarget, kind: &'static str, act: fn(&Rc<Inbox>)| {
            let inbox = Rc::downgrade(inbox);
            EventListener::new(target, kind, move |_| {
                if let Some(inbox) = inbox.upgrade() {
                    act(&inbox);
                }
            })
        };
        let mut listeners = vec![
            on(&window, "offline", |inbox| inbox.went_offline()),
            on(&window, "online", Inbox::reconnect),
            on(&window, "storage", |inbox| inbox.recall_wishes()),
            on(&window, "pagehide", Inbox::leave),
            on(&window, "pageshow", Inbox::come_back),
        ];
        if let Some(document) = inbox.host.owner_document() {
            listeners.push(on(&document, "visibilitychange", |inbox| {
                if inbox.is_hidden() { inbox.rest() } else { inbox.wake() }
            }));
        }
        listeners.extend(inbox.listen_to_touch());
        Self { _listeners: listeners, language: watch_language(inbox) }
    }
}

/// The language of the page, and with it the direction, may be switched while it is open.
fn watch_language(inbox: &Rc<Inbox>) -> Option<(MutationObserver, Closure<dyn FnMut()>)> {
    let page = inbox.host.owner_document()?.document_element()?;
    let inbox = Rc::downgrade(inbox);
    let changed = Closure::<dyn FnMut()>::new(move || {
        if let Some(inbox) = inbox.upgrade() {
            inbox.follow_language();
            inbox.place_panel();
        }
    });
    let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok()?;
    let init = MutationObserverInit::new();
    init.set_attribute_filter(&Array::of2(&"lang".into(), &"dir".into()));
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
