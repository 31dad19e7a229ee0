//! What is kept in the browser where the page asks for it (`cache`): the last state, and the changes that wait.
//!
//! Everything of one project has names that begin alike, and says whose it is. There is one state, of the user who was
//! here last. The changes of each element stand by themselves, under a name that is also that of a lock which the
//! element holds: whoever gets the lock of another knows that it is gone, and sends what it left.

use std::{cell::RefCell, rc::Rc};

use serde_json::Value;

use super::Inbox;
use crate::{feed::Feed, kept, locks::Lock, options::Options, storage};

/// An element's part in it; dropped, its changes are anybody's.
pub(super) struct Keeping {
    user_id: String,
    prefix: String,
    /// The name of the changes of this element.
    queue: String,
    /// Without locks nobody could tell whose changes are still sent, and none are kept.
    own: RefCell<Option<Lock>>,
    /// Those of other elements, which come with what they left.
    others: RefCell<Vec<Lock>>,
}

impl Keeping {
    /// Whether it is known whose the changes are.
    fn is_held(&self) -> bool {
        self.own.borrow().is_some()
    }

    fn state_name(&self) -> String {
        [self.prefix.as_str(), "state"].concat()
    }

    /// Whether what is kept is still to be this user's: a page that signed them out, or somebody else in, has said so.
    fn is_owner(&self) -> bool {
        storage::read(&owner_name(&self.prefix)).as_ref().and_then(Value::as_str) == Some(&self.user_id)
    }
}

/// Only who is named can be told from others before the server has answered.
fn owner(options: &Options) -> Option<(String, String)> {
    let identity = &options.identity;
    // A cookie is of whoever signed in last in this browser: what waits here could go out as theirs.
    if !options.cache || options.mock || identity.session_in_cookie || !identity.is_complete() {
        return None;
    }
    Some((prefix(options), identity.user_id.clone()?))
}

/// What all names of a project begin with.
fn prefix(options: &Options) -> String {
    ["notification-bell ", &options.identity.api_url, " ", &options.identity.api_key, " "].concat()
}

impl Inbox {
    /// Keeps what is to be kept from now on, and shows what was kept before.
    pub(super) fn begin_keeping(self: &Rc<Self>) {
        let owner = owner(&self.options.borrow());
        if let Some((prefix, user_id)) = owner {
            self.keep_for(prefix, user_id);
        }
    }

    #[inline(never)]
    fn keep_for(self: &Rc<Self>, prefix: String, user_id: String) {
        let is_kept = |keeping: &Rc<Keeping>| keeping.prefix == prefix && keeping.user_id == user_id;
        if self.keeping.borrow().as_ref().is_some_and(is_kept) {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below 2^32, as it is meant"
        )]
        let number = (self.environment.chance() * 4_294_967_295.0) as u32;
        let queue = [prefix.as_str(), "queue ", &number.to_string()].concat();
        let own = Lock::ask(&queue, || {}).into();
        let others = RefCell::default();
        let keeping = Rc::new(Keeping { user_id, prefix, queue, own, others });
        *self.keeping.borrow_mut() = Some(Rc::clone(&keeping));
        self.paint(&keeping);
        storage::write(&owner_name(&keeping.prefix), &Value::String(keeping.user_id.clone()));
        self.take_over_changes(&keeping);
    }

    fn paint(self: &Rc<Self>, keeping: &Keeping) {
        let name = keeping.state_name();
        let Some(value) = storage::read(&name) else { return };
        let now = self.environment.now();
        match kept::state(&value, &keeping.user_id, now) {
            Some(page) => {
                self.update_feed(|feed| feed.paint(page, now));
            }
            // Another user's, perhaps, or old: nothing of it stays.
            None => wipe(&keeping.prefix),
        }
    }

    /// Sends what elements have left that are gone: those that are gone already, and others when they go.
    fn take_over_changes(self: &Rc<Self>, keeping: &Rc<Keeping>) {
        for name in storage::names(&[keeping.prefix.as_str(), "queue "].concat()) {
            if name == keeping.queue {
                continue;
            }
            let inbox = Rc::downgrade(self);
            let own = Rc::downgrade(keeping);
            let left = name.clone();
            let lock = Lock::ask(&name, move || {
                if let (Some(inbox), Some(keeping)) = (inbox.upgrade(), own.upgrade()) {
                    let now = inbox.environment.now();
                    let read = |value| kept::changes(&value, &keeping.user_id, now);
                    let changes = storage::read(&left).map(read);
                    storage::remove(&left);
                    for change in changes.unwrap_or_default() {
                        let is_quiet = kept::is_quiet(&change);
                        let begun = inbox.update_feed(|feed| feed.begin_again(change.clone(), now));
                        if let Some(number) = begun {
                            inbox.send(number, change, is_quiet);
                        }
                    }
                }
            });
            keeping.others.borrow_mut().extend(lock);
        }
    }

    /// The page is left: what waits is the next one's. A lock that is held would also keep the browser from showing this
    /// page again as it was.
    pub(super) fn let_go_of_kept(&self) {
        if let Some(keeping) = &*self.keeping.borrow() {
            drop(keeping.own.take());
            keeping.others.borrow_mut().clear();
        }
    }

    /// It is back, if it was left.
    pub(super) fn take_kept_again(self: &Rc<Self>) {
        if let Some(keeping) = self.still_keeping().filter(|keeping| !keeping.is_held()) {
            *keeping.own.borrow_mut() = Lock::ask(&keeping.queue, || {});
            self.take_over_changes(&keeping);
        }
    }

    /// What is kept, unless another page has wiped it: then nothing is written back.
    fn still_keeping(&self) -> Option<Rc<Keeping>> {
        let keeping = self.keeping.borrow().clone()?;
        if !keeping.is_owner() {
            self.end_keeping();
            return None;
        }
        Some(keeping)
    }

    /// Keeps the changes that wait as they are now.
    pub(super) fn keep_changes(&self) {
        let Some(keeping) = self.still_keeping().filter(|keeping| keeping.is_held()) else { return };
        let now = self.environment.now();
        let changes: Vec<_> = self.queue.borrow().iter().flat_map(|queued| queued.changes(false)).collect();
        if changes.is_empty() {
            storage::remove(&keeping.queue);
        } else {
            // They may name many items: then the first of them, which do not rest on the others.
            let mut number = changes.len();
            let write = |number: usize| {
                let changes = changes.iter().take(number);
                storage::write(&keeping.queue, &kept::changes_value(&keeping.user_id, changes, now))
            };
            while number > 0 && !write(number) {
                number /= 2;
            }
        }
    }

    /// Whether the changes that wait are kept.
    pub(super) fn keeps_changes(&self) -> bool {
        self.still_keeping().is_some_and(|keeping| keeping.is_held())
    }

    /// Has what waits be nobody's to send again.
    pub(super) fn forget_kept_changes(&self) {
        if let Some(keeping) = self.still_keeping() {
            storage::remove(&keeping.queue);
        }
    }

    /// Keeps the state as it is shown now.
    pub(crate) fn keep_state(&self) {
        let Some(keeping) = self.still_keeping() else { return };
        let now = self.environment.now();
        let Some(mut page) = self.state.feed.try_with_untracked(|feed| feed.kept(now)).flatten() else {
            return;
        };
        // Items may be large: then fewer of them.
        while !storage::write(&keeping.state_name(), &kept::state_value(&keeping.user_id, &page, now))
            && !page.items.is_empty()
        {
            page.items.truncate(page.items.len() / 2);
            page.next = page.items.last().map(|item| item.id.clone());
        }
    }

    /// Keeps no more, and leaves what was kept where it is.
    pub(super) fn end_keeping(&self) {
        drop(self.keeping.take());
    }

    /// Nothing is left of a state that no session has shown to be the user's, on screen or kept.
    pub(super) fn wipe_unproven(&self) {
        if self.state.feed.try_update(Feed::forget_painted) == Some(true)
            && let Some(keeping) = self.still_keeping()
        {
            storage::remove(&keeping.state_name());
        }
    }

    /// This user is signed in where nothing of theirs is kept: nothing of anybody else's stays.
    pub(super) fn wipe_of_others(&self, user_id: &str) {
        let options = self.options.borrow();
        if !options.cache || options.mock || self.keeping.borrow().is_some() {
            return;
        }
        let prefix = prefix(&options);
        let owner = storage::read(&owner_name(&prefix));
        if owner.as_ref().and_then(Value::as_str).is_some_and(|owner| owner != user_id) {
            wipe(&prefix);
        }
    }

    /// Nothing that was kept of the project is left.
    pub(super) fn wipe_kept(&self) {
        if let Some(keeping) = self.keeping.take() {
            wipe(&keeping.prefix);
        }
    }
}

fn owner_name(prefix: &str) -> String {
    [prefix, "owner"].concat()
}

fn wipe(prefix: &str) {
    for name in storage::names(prefix) {
        storage::remove(&name);
    }
}
