//! The language, the page's own texts, and the times that pass.

use std::rc::Rc;

use notification_bell_protocol::ItemId;
use wasm_bindgen::prelude::*;

use super::Inbox;
use crate::{
    calendar::{day_of, local_offset_ms},
    locale::{Locale, tag_for},
    messages::Messages,
    relative_time::ago,
    task::{Task, sleep_ms},
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn warn(text: &str);
}

impl Inbox {
    /// Takes the language that counts now, if it is another.
    pub(crate) fn follow_language(self: &Rc<Self>) {
        let tag = tag_for(&self.host, self.options.borrow().locale.as_deref());
        if self.language.replace(Some(tag.clone())).as_ref() == Some(&tag) {
            return;
        }
        self.speak(&tag);
        let inbox = Rc::clone(self);
        *self.tasks.locale.borrow_mut() = Some(Task::spawn(async move {
            if let Some(locale) = Locale::load(&tag, &inbox.assets).await {
                inbox.show_language(&locale);
                // Each takes a slow phone long enough to be done by itself, before the first number and the first item.
                let _ = inbox.turn().await;
                locale.number(0);
                let _ = inbox.turn().await;
                let now = inbox.environment.now();
                locale.ago(now, now);
                locale.moment(now);
            }
        }));
    }

    /// Takes the page's own texts as they are now.
    pub(super) fn take_own_texts(&self) {
        let own = self.options.borrow().messages.as_deref().map(Messages::read).unwrap_or_default();
        if let Some(complaint) = own.complaint {
            warn(&["<notification-bell> ", &complaint].concat());
        }
        *self.own_texts.borrow_mut() = own.texts;
        if let Some(locale) = self.state.locale.get_untracked() {
            self.show_language(&locale);
        }
    }

    fn show_language(&self, locale: &Locale) {
        let own = self.own_texts.borrow().clone();
        self.state.locale.set(Some(Rc::new(locale.with_own(own))));
    }

    /// Keeps "5 minutes ago" true while somebody can see it.
    pub(crate) fn keep_time(self: &Rc<Self>) {
        if self.is_hidden() {
            return;
        }
        let inbox = Rc::clone(self);
        *self.tasks.clock.borrow_mut() = Some(Task::spawn(async move {
            loop {
                inbox.state.now.set(inbox.environment.now());
                sleep_ms(inbox.next_tick_ms()).await;
            }
        }));
    }

    /// When the first of the times on screen changes.
    #[expect(clippy::cast_precision_loss, reason = "at most a day")]
    fn next_tick_ms(&self) -> f64 {
        let now = self.environment.now();
        let next = self.state.feed.try_with_untracked(|feed| {
            let offset_ms = local_offset_ms(now);
            let then = |id: &ItemId| Some(feed.look(id)?.created_at.unix_ms());
            let next_ms = |then| ago(now.unix_ms(), then, offset_ms).1;
            self.state.listed.with_untracked(|ids| ids.iter().filter_map(then).map(next_ms).min())
        });
        // Then the days have other names.
        let midnight_ms = day_of(now).1.unix_ms() - now.unix_ms();
        next.flatten().unwrap_or(60_000).min(midnight_ms).max(1_000) as f64
    }
}
