//! How the element reaches beyond itself: a sound, notifications by the browser, the page's title and icon.
//!
//! What it takes of the browser's interfaces is JavaScript that comes when it is first needed (`js/attention.js`,
//! `js/page-badge.js`): as wasm it would be several times the size, and each bell would pay for it.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::web_sys::window;
use notification_bell_protocol::{AddressUse, Item, Priority};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Handle, Inbox, around::Permission};
use crate::{
    follow::{follow, memo},
    markup::{pieces, plain},
    storage::storage,
    task::Task,
    wishes::{Wishes, storage_key},
};

const ATTENTION: &str = "attention.js";
const PAGE_BADGE: &str = "page-badge.js";
/// The function of each script that takes back what it did.
const LEAVE: &str = "leave";

/// A function of a script, and what it is called with.
pub(super) struct Errand {
    script: &'static str,
    function: &'static str,
    arguments: Array,
}

/// Calls a function of a script; `None` if it is not there, or throws.
async fn call(more: &Function, errand: Errand) -> Option<JsValue> {
    let script = more.call1(&JsValue::UNDEFINED, &errand.script.into()).ok()?;
    let script = JsFuture::from(Promise::resolve(&script)).await.ok()?;
    let function: Function = Reflect::get(&script, &errand.function.into()).ok()?.dyn_into().ok()?;
    let result = function.apply(&JsValue::UNDEFINED, &errand.arguments).ok()?;
    JsFuture::from(Promise::resolve(&result)).await.ok()
}

impl Inbox {
    /// Does what the options and the reader want, whenever that or the number changes.
    pub(crate) fn reach_out(&self, inbox: Handle) {
        let state = self.state;
        let around = state.around;
        follow(move || {
            let (title, icon) = around.page_badge.get();
            let number = state.unread.get();
            if let Some(inbox) = inbox.try_get_value() {
                inbox.show_page_badge(number, title, icon);
            }
        });
        let wanted = memo(move || {
            let wanted = around.wishes.get().among(around.offered.get());
            Wishes {
                desktop: wanted.desktop && around.permission.get() == Some(Permission::Granted),
                ..wanted
            }
        });
        follow(move || {
            let Wishes { sound, desktop } = wanted.get();
            if let Some(inbox) = inbox.try_get_value() {
                inbox.send_out(ATTENTION, "attend", &[sound.into(), desktop.into()], sound || desktop);
            }
        });
        follow(move || {
            state.feed.track();
            if let Some(inbox) = inbox.try_get_value() {
                inbox.review_arrivals();
            }
        });
    }

    fn show_page_badge(self: &Rc<Self>, number: u64, title: bool, icon: bool) {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 notifications")]
        let number_js = JsValue::from_f64(number as f64);
        let is_needed = number > 0 && (title || icon);
        self.send_out(PAGE_BADGE, "show", &[number_js, title.into(), icon.into()], is_needed);
    }

    /// Has a function of a script called with the element and these values, after those before it. A script that did
    /// nothing yet is only loaded if it `is_needed`.
    fn send_out(
        self: &Rc<Self>,
        script: &'static str,
        function: &'static str,
        values: &[JsValue],
        is_needed: bool,
    ) {
        if !self.outside.used.borrow().contains(&script) {
            if !is_needed {
                return;
            }
            self.outside.used.borrow_mut().push(script);
        }
        self.send_errand(script, function, values);
    }

    #[inline(never)]
    fn send_errand(self: &Rc<Self>, script: &'static str, function: &'static str, values: &[JsValue]) {
        let arguments = Array::of1(&self.host);
        for value in values {
            arguments.push(value);
        }
        self.outside.errands.borrow_mut().push_back(Errand { script, function, arguments });
        if self.outside.running.borrow().is_none() {
            let inbox = Rc::clone(self);
            *self.outside.running.borrow_mut() = Some(Task::spawn(async move {
                loop {
                    let Some(errand) = inbox.outside.errands.borrow_mut().pop_front() else { break };
                    call(&inbox.outside.more, errand).await;
                }
                drop(inbox.outside.running.take());
            }));
        }
    }

    /// Takes back what was done to the page.
    pub(super) fn draw_back(&self) {
        drop(self.outside.running.take());
        drop(self.outside.open_item.take());
        for script in self.outside.used.take() {
            let errand = Errand { script, function: LEAVE, arguments: Array::of1(&self.host) };
            let more = self.outside.more.clone();
            // Outlives the element: what was loaded takes a moment to be asked.
            wasm_bindgen_futures::spawn_local(async move {
                call(&more, errand).await;
            });
        }
    }

    /// Something came in.
    pub(super) fn call_attention(self: &Rc<Self>, arrived: &[Item]) {
        self.take_arrivals(arrived);
        let Wishes { sound, desktop } =
            self.state.around.wishes.get_untracked().among(self.state.around.offered.get_untracked());
        if sound || desktop {
            self.tell_of(arrived);
        }
    }

    /// Has the sound heard, or a notification of the browser's seen.
    #[inline(never)]
    fn tell_of(self: &Rc<Self>, arrived: &[Item]) {
        let items: Array = arrived
            .iter()
            .filter(|item| item.priority != Priority::Low)
            .map(|item| JsValue::from(self.told(item)))
            .collect();
        if items.length() == 0 {
            return;
        }
        let weak = Rc::downgrade(self);
        let mut open_item = self.outside.open_item.borrow_mut();
        let open_item = open_item.get_or_insert_with(|| {
            Closure::new(move |id: String| {
                if let Some(inbox) = weak.upgrade() {
                    inbox.act(&id, None, false);
                }
            })
        });
        self.send_out(ATTENTION, "arrive", &[items.into(), open_item.as_ref().clone()], false);
    }

    /// What a notification of the browser's says of an item.
    fn told(&self, item: &Item) -> Object {
        let told = Object::new();
        let body = item.body.as_deref().map(|body| self.plain_body(body));
        let icon = item.icon.as_deref().and_then(|icon| self.address(icon, AddressUse::Picture));
        for (name, value) in [
            ("id", Some(item.id.clone())),
            ("title", Some(item.title.clone())),
            ("body", body),
            ("icon", icon),
        ] {
            // A plain object takes any member.
            let _ = Reflect::set(&told, &name.into(), &value.map_or(JsValue::UNDEFINED, JsValue::from));
        }
        told
    }

    /// A body without its markup.
    pub(crate) fn plain_body(&self, body: &str) -> String {
        plain(&pieces(body, &|address| self.address(address, AddressUse::Link).is_some()))
    }

    /// The user is known: what they chose on this device counts.
    pub(super) fn know_user(self: &Rc<Self>, user_id: &str) {
        *self.outside.user_id.borrow_mut() = Some(user_id.to_owned());
        self.recall_wishes();
    }

    fn storage_key(&self) -> Option<String> {
        let user_id = self.outside.user_id.borrow();
        Some(storage_key(&self.options.borrow().identity.api_key, user_id.as_deref()?))
    }

    /// Reads what the user chose, here or in another tab.
    pub(crate) fn recall_wishes(&self) {
        // Where the page offers nothing, there is nothing to wish; a listener may have ended the element meanwhile.
        let offered = self.state.around.offered.try_get_untracked();
        if offered.is_some_and(|offered| offered != Wishes::default()) {
            self.recall_what_is_offered();
        }
    }

    #[inline(never)]
    fn recall_what_is_offered(&self) {
        self.see_permission();
        let Some(key) = self.storage_key() else { return };
        // Blocked, it throws: what is chosen holds for this page then.
        let Some(text) = storage().and_then(|storage| storage.get_item(&key).ok()) else { return };
        let wishes = text.as_deref().map(Wishes::read).unwrap_or_default();
        if self.state.around.wishes.try_get_untracked() != Some(wishes) {
            self.state.around.wishes.set(wishes);
        }
    }

    fn wish(&self, wishes: Wishes) {
        self.state.around.wishes.set(wishes);
        if let (Some(storage), Some(key)) = (storage(), self.storage_key()) {
            let _ = match wishes.text() {
                Some(text) => storage.set_item(&key, text),
                None => storage.remove_item(&key),
            };
        }
    }

    /// The reader turned the sound on or off. On, it is heard.
    pub(crate) fn toggle_sound(self: &Rc<Self>) {
        let wishes = self.state.around.wishes.get_untracked();
        self.wish(Wishes { sound: !wishes.sound, ..wishes });
        if !wishes.sound {
            self.send_out(ATTENTION, "tryOut", &[], true);
        }
    }

    /// The reader turned notifications by the browser on or off. Only now it is asked for them.
    pub(crate) fn toggle_desktop(self: &Rc<Self>) {
        let wishes = self.state.around.wishes.get_untracked();
        if wishes.desktop && self.state.around.permission.get_untracked() == Some(Permission::Granted) {
            self.wish(Wishes { desktop: false, ..wishes });
            return;
        }
        let errand = Errand { script: ATTENTION, function: "ask", arguments: Array::of1(&self.host) };
        let inbox = Rc::clone(self);
        *self.outside.asking.borrow_mut() = Some(Task::spawn(async move {
            call(&inbox.outside.more, errand).await;
            inbox.see_permission();
            if inbox.state.around.permission.try_get_untracked() == Some(Some(Permission::Granted)) {
                let wishes = inbox.state.around.wishes.get_untracked();
                inbox.wish(Wishes { desktop: true, ..wishes });
            }
        }));
    }

    /// Looks what the browser says to its own notifications.
    pub(super) fn see_permission(&self) {
        let permission = window().and_then(|window| {
            let notification = Reflect::get(&window, &"Notification".into()).ok()?;
            let said = Reflect::get(&notification, &"permission".into()).ok()?.as_string()?;
            Some(match said.as_str() {
                "granted" => Permission::Granted,
                "denied" => Permission::Denied,
                _ => Permission::Unasked,
            })
        });
        if self.state.around.permission.try_get_untracked() != Some(permission) {
            self.state.around.permission.set(permission);
        }
    }
}
