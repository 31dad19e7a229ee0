//! One element at work: its state, and who does what when something happens.
//!
//! The views read [`State`] and call the methods here; nothing here draws.

mod acting;
mod around;
mod arrivals;
mod attention;
mod changes;
mod connection;
mod expiry;
mod focusing;
mod following;
mod handling;
mod keeping;
mod leaving;
mod listing;
mod loading;
mod marking;
mod opening;
mod outside;
mod rendering;
mod resting;
mod selecting;
mod settings;
mod snoozing;
mod speaking;
mod standing;
mod starting;
mod state;
mod toasts;
mod touching;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use js_sys::{Function, Reflect};
use notification_bell_protocol::{Counts, ItemId, Timestamp};
use serde_json::{Map, Value};
use web_sys::{HtmlElement, ShadowRoot};

pub(crate) use around::{Choices, Permission};
pub(crate) use listing::Rows;
pub(crate) use rendering::slot_of;
pub(crate) use selecting::CHOSEN;
pub(crate) use starting::Stage;
pub(crate) use state::{Announcement, Connection, Loading, Snoozing, State, Toast, Undo, unread_of};

use crate::{
    api::Fault, backend::Backend, environment::Environment, events::Happening, feed::Feed, options::Options,
    signal::StoredValue, task::Task, watch::Watch,
};
use around::Outside;
use changes::Queued;
use keeping::Keeping;
use opening::Openness;

/// An inbox as the views hold it: a copy that goes anywhere, and leads nowhere once the element is gone.
pub(crate) type Handle = StoredValue<Rc<Inbox>>;

pub(crate) struct Inbox {
    pub(crate) host: HtmlElement,
    pub(crate) root: ShadowRoot,
    pub(crate) environment: Environment,
    pub(crate) state: State,
    assets: String,
    default_api_url: String,
    options: RefCell<Options>,
    backend: RefCell<Option<Rc<Backend>>>,
    told_counts: RefCell<Option<Counts>>,
    told_fault: RefCell<Option<Fault>>,
    queue: RefCell<VecDeque<Queued>>,
    is_sending: Cell<bool>,
    /// There is no line for the changes in the queue.
    is_waiting: Cell<bool>,
    /// The user knows that they wait.
    has_told_waiting: Cell<bool>,
    /// The user is still to be told that a change was not taken.
    owes_refusal: Cell<bool>,
    keeping: RefCell<Option<Rc<Keeping>>>,
    /// What the page has read last of the state.
    snapshot: RefCell<Option<outside::Read>>,
    has_begun: Cell<bool>,
    /// The user was dropped, and nobody has been looked for since.
    is_dropped: Cell<bool>,
    /// The page's own texts.
    own_texts: RefCell<Map<String, Value>>,
    /// The tag of the language that was taken last.
    language: RefCell<Option<String>>,
    seen: RefCell<Vec<ItemId>>,
    openness: RefCell<Option<Openness>>,
    /// What had the focus when the menu of times was opened.
    snooze_opener: RefCell<Option<HtmlElement>>,
    touch: touching::Touch,
    /// What the page draws in the place of items, by the names of its slots.
    drawn: RefCell<Vec<(String, HtmlElement)>>,
    is_render_failure_told: Cell<bool>,
    /// The next moment at which an item ends or comes back.
    next_turn: Cell<Option<Timestamp>>,
    outside: Outside,
    turn: Function,
    watch: RefCell<Option<Watch>>,
    tasks: Tasks,
}

/// The work that is under way, at most one of each kind.
#[derive(Default)]
struct Tasks {
    connection: RefCell<Option<Task>>,
    list: RefCell<Option<Task>>,
    changes: RefCell<Option<Task>>,
    seen: RefCell<Option<Task>>,
    locale: RefCell<Option<Task>>,
    clock: RefCell<Option<Task>>,
    toast: RefCell<Option<Task>>,
    focus: RefCell<Option<Task>>,
    turn: RefCell<Option<Task>>,
    start: RefCell<Option<Task>>,
}

impl Inbox {
    pub(crate) fn new(
        host: HtmlElement,
        root: ShadowRoot,
        assets: String,
        default_api_url: String,
        more: Function,
        turn: Function,
    ) -> Rc<Self> {
        let environment = Environment::of_the_browser();
        Rc::new(Self {
            host,
            root,
            environment,
            state: State::new(environment.now()),
            assets,
            default_api_url,
            options: RefCell::default(),
            backend: RefCell::default(),
            told_counts: RefCell::default(),
            told_fault: RefCell::default(),
            queue: RefCell::default(),
            is_sending: Cell::default(),
            is_waiting: Cell::default(),
            has_told_waiting: Cell::default(),
            owes_refusal: Cell::default(),
            keeping: RefCell::default(),
            snapshot: RefCell::default(),
            has_begun: Cell::default(),
            is_dropped: Cell::default(),
            own_texts: RefCell::default(),
            language: RefCell::default(),
            seen: RefCell::default(),
            openness: RefCell::default(),
            snooze_opener: RefCell::default(),
            touch: touching::Touch::default(),
            drawn: RefCell::default(),
            is_render_failure_told: Cell::default(),
            next_turn: Cell::default(),
            outside: Outside::new(more),
            turn,
            watch: RefCell::default(),
            tasks: Tasks::default(),
        })
    }

    fn read_options(&self) -> Options {
        let attribute = |name: &str| match name {
            // May be a property alone, which the class knows: a JWT does not belong into the document.
            "usertoken" => Reflect::get(&self.host, &"userToken".into()).ok()?.as_string(),
            _ => self.host.get_attribute(name),
        };
        Options::read(attribute, &self.default_api_url)
    }

    /// Reads the attributes again: all that were set in one task are one change.
    pub(crate) fn take_options(self: &Rc<Self>) {
        let options = self.read_options();
        let before = self.options.replace(options.clone());
        if before.view != options.view {
            self.show_view(options.view);
        }
        if before.messages != options.messages {
            self.take_own_texts();
        }
        if !options.keep_user_of(&before) {
            self.drop_user();
        }
        if before.cache && !options.cache {
            self.wipe_kept();
        }
        self.begin_keeping();
        self.follow_language();
        // Another proof of the same user is another session under the same list.
        if self.is_dropped.replace(false) || before.identity != options.identity {
            self.start();
        }
        self.take_place();
        self.set_open(options.open);
        self.follow_drawing(options.headless);
        self.place_panel();
    }

    /// Forgets the user, at once, if the attributes now name another one.
    pub(crate) fn drop_other_user(self: &Rc<Self>) {
        let is_other = !self.read_options().keep_user_of(&self.options.borrow());
        if is_other {
            self.drop_user();
        }
    }

    /// Forgets the user: what is on screen, what is under way, and the session.
    fn drop_user(self: &Rc<Self>) {
        self.end_toast_now();
        self.wipe_kept();
        self.is_dropped.set(true);
        self.stop();
        self.queue.borrow_mut().clear();
        self.seen.borrow_mut().clear();
        *self.told_counts.borrow_mut() = None;
        self.drop_arrivals();
        self.state.forget();
    }

    /// Lets go of everything that is under way.
    pub(crate) fn stop(&self) {
        let tasks = &self.tasks;
        for task in [&tasks.connection, &tasks.list, &tasks.changes, &tasks.seen, &tasks.toast, &tasks.turn] {
            drop(task.take());
        }
        self.is_sending.set(false);
        self.next_turn.set(None);
        self.outside.stop();
        self.is_waiting.set(false);
        self.has_told_waiting.set(false);
        self.owes_refusal.set(false);
        if let Some(Backend::Server(session)) = self.backend.take().as_deref() {
            session.end();
        }
    }

    /// The same, and what a removed element needs no more.
    pub(crate) fn end(self: &Rc<Self>) {
        drop(self.tasks.start.take());
        drop(self.watch.take());
        self.end_toast_now();
        self.keep_state();
        self.send_the_rest(true);
        self.end_keeping();
        self.stop();
        drop(self.tasks.locale.take());
        drop(self.tasks.clock.take());
        drop(self.tasks.focus.take());
        drop(self.openness.take());
        self.end_touch();
        self.unrender_all();
        self.draw_back();
    }

    /// Changes the feed, and tells the page if the numbers are others now.
    fn update_feed<T>(self: &Rc<Self>, change: impl FnOnce(&mut Feed) -> T) -> Option<T> {
        let result = self.state.feed.try_update(change);
        let counts = self.state.feed.try_with_untracked(Feed::counts).flatten();
        if let Some(counts) = counts
            && self.told_counts.borrow().as_ref() != Some(&counts)
        {
            *self.told_counts.borrow_mut() = Some(counts.clone());
            Happening::Counts(&counts).fire(&self.host);
        }
        self.watch_turns();
        result
    }
}
