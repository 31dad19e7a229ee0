//! One stream for all tabs of a browser: the element that holds a lock follows the stream and passes on what it reads.
//!
//! Web Locks choose who leads, and a `BroadcastChannel` carries the events. Both are of the page's own origin, and the
//! name says which user's they are. Where they are missing (a page without https), each element has a stream of its own.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use gloo_events::EventListener;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use crate::locks::lock_manager;
use crate::sse::Read;

/// What an element hears of the others.
pub(crate) enum Heard {
    /// What the leader read: the names of events, each followed by its data. Nothing: it is alive.
    Events(Array),
    /// This element leads from now on.
    Leads,
    /// Another one has taken over.
    Lost,
}

#[derive(Default)]
struct Ear {
    heard: RefCell<VecDeque<Heard>>,
    waker: RefCell<Option<Waker>>,
    /// Gives the lock back.
    release: RefCell<Option<Function>>,
    /// Nobody listens any more: a lock that is granted now is given back at once.
    is_deaf: Cell<bool>,
}

impl Ear {
    fn hear(&self, heard: Heard) {
        self.heard.borrow_mut().push_back(heard);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// An element's part in it. Dropped, it takes none any more, and another one leads.
pub(crate) struct Sharing {
    name: String,
    channel: BroadcastChannel,
    ear: Rc<Ear>,
    /// Takes back the request for the lock while it waits.
    waiting: Option<AbortController>,
    _listener: EventListener,
}

impl Sharing {
    /// Takes part under a name; `None` where the browser cannot.
    pub(crate) fn join(name: String) -> Option<Self> {
        lock_manager()?;
        let channel = BroadcastChannel::new(&name).ok()?;
        let ear = Rc::<Ear>::default();
        let heard = Rc::clone(&ear);
        let listener = EventListener::new(&channel, "message", move |event| {
            if let Some(events) = event.dyn_ref::<MessageEvent>() {
                heard.hear(Heard::Events(events.data().unchecked_into()));
            }
        });
        let waiting = AbortController::new().ok();
        let sharing = Self { name, channel, ear, waiting, _listener: listener };
        let options = Object::new();
        if let Some(waiting) = &sharing.waiting {
            let _ = Reflect::set(&options, &"signal".into(), &waiting.signal());
        }
        sharing.ask(&options)?;
        Some(sharing)
    }

    /// Leads without waiting for who does, because that one has fallen silent.
    pub(crate) fn take_over(&self) {
        let options = Object::new();
        let _ = Reflect::set(&options, &"steal".into(), &true.into());
        self.ask(&options);
    }

    fn ask(&self, options: &Object) -> Option<()> {
        let ear = Rc::clone(&self.ear);
        // The lock is held for as long as this promise is open.
        let granted = Closure::once_into_js(move || {
            Promise::new(&mut |resolve, _| {
                if ear.is_deaf.get() {
                    let _ = resolve.call0(&JsValue::UNDEFINED);
                } else {
                    *ear.release.borrow_mut() = Some(resolve);
                    ear.hear(Heard::Leads);
                }
            })
        });
        let held = lock_manager()?.request(&self.name, options, granted.unchecked_ref()).ok()?;
        let ear = Rc::clone(&self.ear);
        wasm_bindgen_futures::spawn_local(async move {
            // Taken over by another, or the request was taken back.
            if JsFuture::from(held).await.is_err() {
                ear.hear(Heard::Lost);
            }
        });
        Some(())
    }

    /// What is heard next.
    pub(crate) async fn heard(&self) -> Heard {
        poll_fn(|context| {
            *self.ear.waker.borrow_mut() = Some(context.waker().clone());
            self.ear.heard.borrow_mut().pop_front().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Tells the others what was read; nothing, when the stream only showed that it is alive.
    pub(crate) fn pass_on(&self, reads: &[Read]) {
        let events = Array::new();
        for read in reads {
            if let Read::Event(event) = read {
                events.push(&event.name.as_str().into());
                events.push(&event.data.as_str().into());
            }
        }
        // It fails only on a channel that was closed.
        let _ = self.channel.post_message(&events);
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.ear.is_deaf.set(true);
        self.channel.close();
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
        if let Some(release) = self.ear.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
