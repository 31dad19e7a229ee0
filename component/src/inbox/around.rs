//! What is around the list: signals for the views, and what is kept beside them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use js_sys::Function;
use notification_bell_protocol::{CategoryPreference, ItemId, Preferences};
use wasm_bindgen::prelude::*;

use super::attention::Errand;
use crate::{arrivals::Arrivals, options::ToastPlace, signal::RwSignal, task::Task, wishes::Wishes};

/// How things stand with the categories in the settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Choices {
    /// On their way.
    #[default]
    Loading,
    /// They did not come.
    Failed,
    /// As they are, or will be once the server agrees.
    Ready(Preferences),
}

/// What the views show of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around {
    /// There is no bell, and the panel stands in the page.
    pub(crate) is_inline: RwSignal<bool>,
    /// What has just come in.
    pub(crate) arrivals: RwSignal<Arrivals>,
    /// Where that is shown, if it is.
    pub(crate) toast_place: RwSignal<Option<ToastPlace>>,
    /// In the place of the list, the settings.
    pub(crate) is_setting: RwSignal<bool>,
    pub(crate) choices: RwSignal<Choices>,
    /// What the page offers.
    pub(crate) offered: RwSignal<Wishes>,
    /// What the reader wants of it.
    pub(crate) wishes: RwSignal<Wishes>,
    /// What the browser says to its own notifications; `None` if it has none.
    pub(crate) permission: RwSignal<Option<Permission>>,
    /// Whether the page's title has the number, and its icon a dot.
    pub(crate) page_badge: RwSignal<(bool, bool)>,
}

/// Whether the browser shows its own notifications for this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// It would ask.
    Unasked,
    Granted,
    Denied,
}

impl Around {
    /// What is known of a category, if that is known.
    pub(crate) fn category<T>(&self, name: &str, read: impl FnOnce(&CategoryPreference) -> T) -> Option<T> {
        let find = |choices: &Choices| match choices {
            Choices::Ready(preferences) => {
                preferences.categories.iter().find(|own| own.name == name).map(read)
            }
            Choices::Loading | Choices::Failed => None,
        };
        self.choices.with(find)
    }

    /// What the reader calls a category.
    pub(crate) fn label(&self, name: &str) -> String {
        self.category(name, |own| own.label.clone()).flatten().unwrap_or_else(|| name.to_owned())
    }

    /// Everything of one user's is gone.
    pub(super) fn forget(&self) {
        self.arrivals.set(Arrivals::default());
        self.is_setting.set(false);
        self.choices.set(Choices::Loading);
        self.wishes.set(Wishes::default());
    }
}

/// Called by a script with the id of an item.
type OpenItem = Closure<dyn FnMut(String)>;

/// What is kept of it.
pub(super) struct Outside {
    /// Loads one of the element's scripts by its name.
    pub(super) more: Function,
    /// What the scripts are still to do, in order.
    pub(super) errands: RefCell<VecDeque<Errand>>,
    pub(super) running: RefCell<Option<Task>>,
    /// The scripts that have something to take back when the element goes.
    pub(super) used: RefCell<Vec<&'static str>>,
    /// Acts on the item with an id, for a notification of the browser's.
    pub(super) open_item: RefCell<Option<OpenItem>>,
    /// The end of those on screen that go by themselves.
    pub(super) leaving: RefCell<Vec<(ItemId, Task)>>,
    pub(super) user_id: RefCell<Option<String>>,
    pub(super) asking: RefCell<Option<Task>>,
    pub(super) loading: RefCell<Option<Task>>,
    pub(super) saving: RefCell<Option<Task>>,
    pub(super) is_saving: Cell<bool>,
    /// What the server is still to be told.
    pub(super) unsaved: RefCell<Vec<CategoryPreference>>,
    /// Its last word.
    pub(super) saved: RefCell<Preferences>,
    /// How far the list was scrolled when the settings took its place.
    pub(super) list_top: Cell<i32>,
}

impl Outside {
    pub(super) fn new(more: Function) -> Self {
        Self {
            more,
            errands: RefCell::default(),
            running: RefCell::default(),
            used: RefCell::default(),
            open_item: RefCell::default(),
            leaving: RefCell::default(),
            user_id: RefCell::default(),
            asking: RefCell::default(),
            loading: RefCell::default(),
            saving: RefCell::default(),
            is_saving: Cell::default(),
            unsaved: RefCell::default(),
            saved: RefCell::default(),
            list_top: Cell::default(),
        }
    }

    /// Lets go of what is under way for one user.
    pub(super) fn stop(&self) {
        for task in [&self.asking, &self.loading, &self.saving] {
            drop(task.take());
        }
        self.is_saving.set(false);
        self.leaving.borrow_mut().clear();
        self.unsaved.borrow_mut().clear();
        *self.user_id.borrow_mut() = None;
    }
}
