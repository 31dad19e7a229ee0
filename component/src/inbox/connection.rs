//! The line to the server: a session, a stream, and what happens when either breaks.

use std::rc::{Rc, Weak};

use notification_bell_protocol::{EVENT_RESET, EVENT_SYNC, SessionGrant, Sync};

use super::{
    Announcement, Connection, Inbox, Loading,
    following::{End, Following},
};
use crate::{
    api::Fault,
    backend::Backend,
    backoff::Backoff,
    events::Happening,
    feed::Feed,
    json::parse,
    locale::tag_for,
    mock::MockInbox,
    session::Session,
    task::{Task, sleep_ms},
    wire,
};

/// When something new comes to the made-up inbox, and how often then.
const MOCK_ARRIVAL_MS: f64 = 20_000.0;

impl Inbox {
    /// Begins to work for the user that the options name.
    pub(super) fn start(self: &Rc<Self>) {
        let options = self.options.borrow().clone();
        drop(self.told_fault.take());
        self.begin_keeping();
        if options.mock {
            self.start_mock();
        } else if options.identity.is_complete() {
            let inbox = Rc::downgrade(self);
            let mut is_first = true;
            let language = tag_for(&self.host, options.locale.as_deref());
            let session = Session::new(&options.identity, language, move |grant| {
                if std::mem::take(&mut is_first) {
                    began(&inbox, grant);
                }
            });
            *self.backend.borrow_mut() = Some(Rc::new(Backend::Server(session)));
            self.connect();
        } else {
            self.state.connection.set(Connection::SignedOut);
        }
        self.load_if_needed();
    }

    #[inline(never)]
    fn start_mock(self: &Rc<Self>) {
        let now = self.environment.now();
        let mock = MockInbox::new(now);
        let (counts, revision) = (mock.counts(now), mock.revision());
        let backend = Rc::new(Backend::Mock(mock.into()));
        *self.backend.borrow_mut() = Some(Rc::clone(&backend));
        self.update_feed(|feed| feed.begin_session(counts, revision, 0));
        self.state.connection.set(Connection::Live);
        self.know_user("mock");
        let inbox = Rc::clone(self);
        *self.tasks.connection.borrow_mut() = Some(Task::spawn(async move {
            Happening::Ready.fire(&inbox.host);
            while let Backend::Mock(mock) = &*backend {
                sleep_ms(MOCK_ARRIVAL_MS).await;
                let arrived = mock.borrow_mut().arrive(inbox.environment.now());
                let Some(sync) = arrived else { break };
                inbox.take_sync(sync);
            }
        }));
    }

    /// Opens the line, unless the browser says that there is no network.
    pub(super) fn connect(self: &Rc<Self>) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        if matches!(&*backend, Backend::Mock(_)) {
            return;
        }
        if !is_online() {
            self.state.connection.set(Connection::Offline);
            return;
        }
        self.state.connection.set(Connection::Connecting);
        let inbox = Rc::clone(self);
        *self.tasks.connection.borrow_mut() = Some(Task::spawn(async move {
            if let Backend::Server(session) = &*backend {
                inbox.keep_connected(session).await;
            }
        }));
    }

    /// Has the items in another language: the lists are loaded again, and the stream is another one.
    pub(super) fn speak(self: &Rc<Self>, language: &str) {
        let backend = self.backend.borrow().clone();
        let Some(Backend::Server(session)) = backend.as_deref() else { return };
        session.speak(language);
        drop(self.tasks.list.take());
        self.state.loading.set(Loading::Idle);
        self.update_feed(Feed::invalidate);
        self.learn_categories_again();
        if !matches!(self.state.connection.get_untracked(), Connection::Stopped(_)) {
            self.connect();
        }
        self.load_if_needed();
    }

    /// The network is gone: nothing is tried until it is back.
    pub(crate) fn went_offline(&self) {
        if self.hang_up() {
            self.state.connection.set(Connection::Offline);
        }
    }

    /// Lets go of the stream, and of its part in sharing one. False if there is no line that could be opened again.
    pub(super) fn hang_up(&self) -> bool {
        let is_server =
            self.backend.borrow().as_deref().is_some_and(|backend| matches!(backend, Backend::Server(_)));
        let has_line = is_server && !matches!(self.state.connection.get_untracked(), Connection::Stopped(_));
        if has_line {
            drop(self.tasks.connection.take());
        }
        has_line
    }

    /// Opens the line again if it is not open, at once.
    pub(crate) fn reconnect(self: &Rc<Self>) {
        match self.state.connection.get_untracked() {
            Connection::Live | Connection::Connecting | Connection::SignedOut => {}
            // What was given up starts from the beginning, with a session of its own.
            Connection::Stopped(_) => self.start(),
            Connection::Offline | Connection::Waiting(_) => {
                self.connect();
                self.load_if_needed();
            }
        }
    }

    async fn keep_connected(self: &Rc<Self>, session: &Session) {
        let mut backoff = Backoff::default();
        let mut following = Following::default();
        loop {
            let began = self.environment.now();
            let asked_ms = match self.follow_changes(session, &mut following).await {
                Ok(End::Again) => continue,
                Ok(End::TakenOver) => {
                    following = Following::default();
                    continue;
                }
                Ok(End::Closed { retry_ms }) => retry_ms,
                Err(fault) if fault.is_final() => return self.give_up(fault),
                Err(fault) => self.wait_with(fault),
            };
            backoff.held_for(self.environment.now().unix_ms() - began.unix_ms());
            sleep_ms(backoff.next_wait_ms(self.environment.chance(), asked_ms)).await;
        }
    }

    /// How long the server asked to stay away.
    #[inline(never)]
    fn wait_with(&self, fault: Fault) -> Option<f64> {
        let asked_ms = fault.retry_after_ms;
        if !matches!(self.state.connection.try_get_untracked(), Some(Connection::Waiting(_))) {
            self.report(&fault);
        }
        self.state.connection.set(Connection::Waiting(fault));
        asked_ms
    }

    pub(super) fn take_event(self: &Rc<Self>, name: &str, data: &str) {
        let is_reset = name == EVENT_RESET;
        if !is_reset && name != EVENT_SYNC {
            return;
        }
        // An event that cannot be read is one that was missed.
        match parse(data).map(|value| wire::sync(&value)) {
            Some(Ok(sync)) if is_reset => self.begin_anew(sync),
            Some(Ok(sync)) => self.take_sync(sync),
            _ => self.load_anew(),
        }
    }

    #[inline(never)]
    fn begin_anew(self: &Rc<Self>, sync: Sync) {
        self.update_feed(|feed| feed.reset(sync));
        self.learn_categories_again();
        self.load_if_needed();
    }

    #[inline(never)]
    fn load_anew(self: &Rc<Self>) {
        self.update_feed(Feed::invalidate);
        self.load_if_needed();
    }

    fn take_sync(self: &Rc<Self>, sync: Sync) {
        let now = self.environment.now();
        let (is_all_shown, is_held_back) = (self.is_all_shown(), self.holds_back());
        let apply = |feed: &mut Feed| {
            if is_all_shown {
                feed.note_shown(is_held_back);
            }
            feed.apply(sync, now)
        };
        let Some(arrived) = self.update_feed(apply) else { return };
        self.state.now.set(now);
        if arrived.is_empty() {
            return;
        }
        let words = match arrived.as_slice() {
            [one] => Announcement::One(one.title.clone()),
            several => Announcement::Many(several.len() as u64),
        };
        self.state.announcement.try_update(|(turn, announcement)| {
            *turn += 1;
            *announcement = words;
        });
        self.state.is_swinging.set(true);
        self.note_arrivals(&arrived);
        self.call_attention(&arrived);
        for item in &arrived {
            Happening::Received(item).fire(&self.host);
        }
    }

    /// Nothing can be done until the page brings another proof, or somebody asks for another try.
    #[inline(never)]
    fn give_up(&self, fault: Fault) {
        if fault.is_proof_expired {
            Happening::ProofExpired.fire(&self.host);
        }
        self.report(&fault);
        if matches!(fault.status, 401 | 403) && !fault.is_proof_expired {
            self.wipe_kept();
            self.state.feed.try_update(Feed::forget_painted);
        } else if fault.is_about_the_token() {
            // Of a token nobody knows whether it is too old or of somebody else. What waits is for the fresh one: it shows
            // nothing, and is sent to nobody else.
            self.wipe_unproven();
        }
        self.state.connection.set(Connection::Stopped(fault));
    }

    /// Tells the page what went wrong: once, although list and stream may both run into it.
    pub(super) fn report(&self, fault: &Fault) {
        if self.told_fault.replace(Some(fault.clone())).as_ref() != Some(fault) {
            Happening::Error(fault).fire(&self.host);
        }
    }
}

/// Whether the browser says that there is a network.
pub(super) fn is_online() -> bool {
    leptos::web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// The first grant of a session: the numbers are there.
fn began(inbox: &Weak<Inbox>, grant: &SessionGrant) {
    if let Some(inbox) = inbox.upgrade() {
        let (counts, revision) = (grant.counts.clone(), grant.revision.clone());
        inbox.update_feed(|feed| feed.begin_session(counts, revision, feed.tick()));
        inbox.wipe_of_others(&grant.user_id);
        inbox.know_user(&grant.user_id);
        Happening::Ready.fire(&inbox.host);
    }
}
