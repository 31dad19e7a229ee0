//! How an element starts: step by step, and the browser has a turn after each.
//!
//! All at once, it would keep a slow phone from anything else for a fifth of a second.

use std::rc::Rc;

use js_sys::Promise;
use leptos::prelude::Owner;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{Handle, Inbox};
use crate::{style, task::Task, watch::Watch};

/// What is drawn so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Nothing,
    /// All that is seen of a closed element.
    Bell,
    /// What is around the contents of the panel.
    Panel,
    /// What is around the list, if the panel is to be open.
    Contents,
    /// All of it.
    List,
    /// The panel may be opened.
    Started,
}

impl Inbox {
    /// Lets the browser do what else there is to do. Not by a timer, which is slowed down in a tab that is hidden.
    pub(crate) fn turn(&self) -> JsFuture {
        let promise = self.turn.call0(&JsValue::UNDEFINED).unwrap_or_default();
        JsFuture::from(Promise::resolve(&promise))
    }

    /// Whether the attributes have been read: until then, what they are makes no difference.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.get()
    }

    /// Gets to work. The bell is there already.
    pub(crate) fn begin(self: &Rc<Self>, owner: Owner, handle: Handle) {
        let inbox = Rc::clone(self);
        *self.tasks.start.borrow_mut() = Some(Task::spawn(async move {
            let _ = inbox.turn().await;
            style::follow(&inbox.root, inbox.host.has_attribute("headless"));
            let _ = inbox.turn().await;
            // At once: what changes between the two would not be heard of.
            inbox.begin_work();
            *inbox.watch.borrow_mut() = Some(Watch::new(&inbox));
            let _ = inbox.turn().await;
            owner.with(|| {
                inbox.reach_out(handle);
                inbox.tell_changes();
            });
            for stage in [Stage::Panel, Stage::Contents, Stage::List] {
                inbox.state.stage.set(stage);
                let _ = inbox.turn().await;
                // One that stands in the page shows as soon as it is there.
                inbox.fit_panel();
            }
            inbox.state.stage.set(Stage::Started);
            let open = inbox.options.borrow().open;
            inbox.set_open(open);
            inbox.state.is_opening.set(false);
        }));
    }

    /// Reads the attributes for the first time, and connects.
    fn begin_work(self: &Rc<Self>) {
        let options = self.read_options();
        self.state.view.set(options.view);
        self.state.is_opening.set(options.open);
        self.follow_drawing(options.headless);
        *self.options.borrow_mut() = options;
        self.has_begun.set(true);
        self.take_own_texts();
        self.take_renderer();
        self.follow_language();
        self.start();
        self.take_place();
    }
}
