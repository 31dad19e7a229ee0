//! The settings, in the place of the list: which categories reach the inbox. Each is shown as chosen at once, and as it
//! was when the server refuses.

use std::rc::Rc;

use notification_bell_protocol::{CategoryPreference, Preferences};

use super::{Choices, Inbox};
use crate::{
    api::Fault,
    backend::Backend,
    events::Happening,
    task::{Task, sleep_ms},
};

impl Inbox {
    /// Shows the settings, and loads what is in them.
    pub(crate) fn open_settings(self: &Rc<Self>) {
        self.end_toast();
        self.state.snoozing.set(None);
        self.see_permission();
        self.outside.list_top.set(self.element("list").map_or(0, |list| list.scroll_top()));
        self.state.around.is_setting.set(true);
        self.load_choices();
        self.focus_soon("settings-back");
    }

    /// Leads back to the list.
    pub(crate) fn close_settings(self: &Rc<Self>) {
        self.end_toast();
        self.state.around.is_setting.set(false);
        self.focus_soon("settings-open");
    }

    /// The list that is drawn again is where it was.
    fn scroll_back(&self) {
        if let Some(list) = self.element("list") {
            list.set_scroll_top(self.outside.list_top.take());
        }
    }

    /// Gives the focus to what is about to be drawn.
    fn focus_soon(self: &Rc<Self>, id: &'static str) {
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(0.0).await;
            inbox.scroll_back();
            inbox.focus_id(id);
        }));
    }

    /// Asks the server for the categories.
    pub(crate) fn load_choices(self: &Rc<Self>) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        if self.outside.is_saving.get() {
            return;
        }
        // What is known stays until there is newer.
        let choices = self.state.around.choices;
        if !choices.with_untracked(|choices| matches!(choices, Choices::Ready(_))) {
            choices.set(Choices::Loading);
        }
        let inbox = Rc::clone(self);
        *self.outside.loading.borrow_mut() = Some(Task::spawn(async move {
            match backend.preferences(None).await {
                Ok(preferences) => inbox.take_choices(preferences),
                Err(fault) => {
                    choices.try_update(|choices| {
                        if *choices == Choices::Loading {
                            *choices = Choices::Failed;
                        }
                    });
                    inbox.report(&fault);
                }
            }
        }));
    }

    /// Learns what the categories are called and which are turned off. Until then, and where it fails, they have the
    /// names they are sent by.
    pub(crate) fn learn_categories(self: &Rc<Self>) {
        let Some(backend) = self.backend.borrow().clone().filter(|_| !self.outside.is_saving.get()) else {
            return;
        };
        let inbox = Rc::clone(self);
        *self.outside.loading.borrow_mut() = Some(Task::spawn(async move {
            if let Ok(preferences) = backend.preferences(None).await {
                inbox.take_choices(preferences);
            }
        }));
    }

    /// The same again, if they are known: they may be others by now.
    pub(super) fn learn_categories_again(self: &Rc<Self>) {
        if self.state.around.choices.with_untracked(|choices| matches!(choices, Choices::Ready(_))) {
            self.learn_categories();
        }
    }

    fn take_choices(&self, preferences: Preferences) {
        self.outside.saved.borrow_mut().clone_from(&preferences);
        self.state.around.choices.set(Choices::Ready(preferences));
    }

    /// Turns a category off, or on again.
    pub(crate) fn toggle_category(self: &Rc<Self>, name: &str) {
        let toggled = self.state.around.choices.try_update(|choices| {
            let Choices::Ready(preferences) = choices else { return None };
            let category = preferences.categories.iter_mut().find(|category| category.name == name)?;
            category.enabled = !category.enabled;
            Some(category.clone())
        });
        let Some(category) = toggled.flatten() else { return };
        if !category.enabled && self.state.category.with_untracked(|own| own.as_deref() == Some(name)) {
            self.show_category(None);
        }
        // An answer that is on its way does not know of it.
        drop(self.outside.loading.take());
        let mut unsaved = self.outside.unsaved.borrow_mut();
        unsaved.retain(|other| other.name != name);
        unsaved.push(category);
        if !self.outside.is_saving.replace(true) {
            let inbox = Rc::clone(self);
            *self.outside.saving.borrow_mut() = Some(Task::spawn(async move { inbox.save_choices().await }));
        }
    }

    async fn save_choices(self: Rc<Self>) {
        while let Some(categories) = Some(self.outside.unsaved.take()).filter(|changes| !changes.is_empty()) {
            let Some(backend) = self.backend.borrow().clone() else { break };
            match backend.preferences(Some(&Preferences { categories })).await {
                Ok(preferences) => self.saved_choices(&backend, preferences),
                Err(fault) => self.refused_choices(&fault),
            }
        }
        self.outside.is_saving.set(false);
    }

    /// The server agreed. What was chosen meanwhile is still to be told.
    fn saved_choices(self: &Rc<Self>, backend: &Backend, preferences: Preferences) {
        let mut shown = preferences.clone();
        for CategoryPreference { name, enabled, .. } in self.outside.unsaved.borrow().iter() {
            if let Some(category) = shown.categories.iter_mut().find(|category| category.name == *name) {
                category.enabled = *enabled;
            }
        }
        self.take_choices(preferences);
        self.state.around.choices.set(Choices::Ready(shown));
        // A server says so by the stream.
        if let Backend::Mock(mock) = backend {
            let sync = mock.borrow().reset(self.environment.now());
            self.update_feed(|feed| feed.reset(sync));
            self.load_if_needed();
        }
    }

    fn refused_choices(self: &Rc<Self>, fault: &Fault) {
        self.outside.unsaved.borrow_mut().clear();
        let saved = self.outside.saved.borrow().clone();
        self.state.around.choices.set(Choices::Ready(saved));
        self.tell_refusal();
        Happening::Error(fault).fire(&self.host);
    }
}
