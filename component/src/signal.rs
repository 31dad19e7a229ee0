//! Signals, memos and stored values: Leptos', each of one type for whatever is in it.
//!
//! Leptos would have a copy of all that reads, sets and compares for every type of value (`docs/SIZE.md`). Here its own
//! are given a [`Slot`], and only what looks into that is there for each type. Names and meaning are those of Leptos:
//! a copy goes anywhere, and leads nowhere once its owner is cleaned up: what begins with `try_` says so then, setting
//! does nothing, and the rest must not be used.

use std::{any::Any, cell::RefCell, marker::PhantomData, rc::Rc};

use leptos::prelude::{
    self as graph, Get as _, GetUntracked as _, GetValue as _, LocalStorage, Notify as _, Track as _,
};
use send_wrapper::SendWrapper;

/// Where a value is: a `RefCell` of its type.
type Slot = Rc<dyn Any>;
/// Works a value out anew, from others and from what it was.
type Reading = dyn Fn(Option<&Slot>) -> Slot;
/// What Leptos asks of the value of a memo, and of what works it out, although there is one thread.
type Shared = SendWrapper<Slot>;

/// What finds a slot.
pub(crate) trait Source: Copy {
    /// The slot, unless it is gone.
    fn slot(self) -> Option<Slot>;
    /// The same, for one who hears of it when the value is another.
    fn slot_tracked(self) -> Option<Slot>;
}

impl Source for graph::RwSignal<Slot, LocalStorage> {
    fn slot(self) -> Option<Slot> {
        self.try_get_untracked()
    }

    fn slot_tracked(self) -> Option<Slot> {
        self.try_get()
    }
}

impl Source for graph::Memo<Shared> {
    fn slot(self) -> Option<Slot> {
        self.try_get_untracked().map(SendWrapper::take)
    }

    fn slot_tracked(self) -> Option<Slot> {
        self.try_get().map(SendWrapper::take)
    }
}

impl Source for graph::StoredValue<Slot, LocalStorage> {
    fn slot(self) -> Option<Slot> {
        self.try_get_value()
    }

    fn slot_tracked(self) -> Option<Slot> {
        self.slot()
    }
}

/// A value that has a source.
pub(crate) struct Held<S, T>(S, PhantomData<fn() -> T>);

/// A value that changes, and who follows it hears of that.
pub(crate) type RwSignal<T> = Held<graph::RwSignal<Slot, LocalStorage>, T>;
/// A value worked out of others; who reads it hears of it when it is another, and not whenever they are.
pub(crate) type Memo<T> = Held<graph::Memo<Shared>, T>;
/// A value that nobody follows.
pub(crate) type StoredValue<T> = Held<graph::StoredValue<Slot, LocalStorage>, T>;

impl<S: Copy, T> Clone for Held<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, T> Copy for Held<S, T> {}

impl<S: Source, T: 'static> Held<S, T> {
    pub(crate) fn try_with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.slot().map(|slot| read(&cell(&slot).borrow()))
    }

    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&cell(&there(self.0.slot())).borrow())
    }

    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&cell(&there(self.0.slot_tracked())).borrow())
    }
}

impl<S: Source, T: Clone + 'static> Held<S, T> {
    pub(crate) fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(T::clone)
    }

    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    pub(crate) fn try_get(self) -> Option<T> {
        self.0.slot_tracked().map(|slot| cell::<T>(&slot).borrow().clone())
    }

    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }
}

impl<T: 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(graph::RwSignal::new_local(Rc::new(RefCell::new(value))), PhantomData)
    }

    pub(crate) fn try_update<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let result = self.0.slot().map(|slot| change(&mut cell(&slot).borrow_mut()));
        self.0.notify();
        result
    }

    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    pub(crate) fn set(self, value: T) {
        self.try_update(|own| *own = value);
    }

    /// Has who reads now hear of changes.
    pub(crate) fn track(self) {
        self.0.track();
    }
}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: PartialEq + 'static> Memo<T> {
    /// `read` is given what it has read last.
    pub(crate) fn new(read: impl Fn(Option<&T>) -> T + 'static) -> Self {
        let read = move |before: Option<&Slot>| -> Slot {
            let before = before.map(|slot| cell(slot).borrow());
            Rc::new(RefCell::new(read(before.as_deref())))
        };
        Self(worked_out(Box::new(read), is_same::<T>), PhantomData)
    }
}

fn is_same<T: PartialEq + 'static>(one: &Slot, other: &Slot) -> bool {
    *cell::<T>(one).borrow() == *cell(other).borrow()
}

/// Once for whatever is read.
fn worked_out(read: Box<Reading>, is_same: fn(&Slot, &Slot) -> bool) -> graph::Memo<Shared> {
    let read = SendWrapper::new(read);
    graph::Memo::new_owning(move |before: Option<Shared>| {
        let before = before.map(SendWrapper::take);
        let now = read(before.as_ref());
        let before = before.filter(|before| is_same(before, &now));
        let is_other = before.is_none();
        (SendWrapper::new(before.unwrap_or(now)), is_other)
    })
}

impl<T> Memo<T> {
    /// Has who reads now hear of changes.
    pub(crate) fn track(self) {
        self.0.track();
    }
}

impl<T: 'static> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(graph::StoredValue::new_local(Rc::new(RefCell::new(value))), PhantomData)
    }

    pub(crate) fn try_with_value<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.try_with_untracked(read)
    }

    pub(crate) fn with_value<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.with_untracked(read)
    }

    pub(crate) fn set_value(self, value: T) {
        if let Some(slot) = self.0.slot() {
            *cell(&slot).borrow_mut() = value;
        }
    }
}

impl<T: Clone + 'static> StoredValue<T> {
    pub(crate) fn try_get_value(self) -> Option<T> {
        self.try_get_untracked()
    }

    pub(crate) fn get_value(self) -> T {
        self.get_untracked()
    }
}

fn there(slot: Option<Slot>) -> Slot {
    slot.expect("the owner is not cleaned up")
}

fn cell<T: 'static>(slot: &Slot) -> &RefCell<T> {
    slot.downcast_ref().expect("a slot is of the type of its source")
}
