//! The events the element fires: all of them bubble, leave the shadow tree, and carry a detail.

use js_sys::{Object, Reflect};
use notification_bell_protocol::{Action, Counts, Item};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use crate::{
    api::Fault,
    json::js_of,
    wire::{action_value, counts_value, item_value},
};

/// Something the page may want to know.
pub(crate) enum Happening<'happening> {
    Ready,
    Open,
    Close,
    /// The item, and the address that is about to be followed.
    ItemClick(&'happening Item, Option<&'happening str>),
    Action(&'happening Item, &'happening Action),
    Received(&'happening Item),
    Counts(&'happening Counts),
    Change,
    ProofExpired,
    Error(&'happening Fault),
}

impl Happening<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Ready => "notification-bell-ready",
            Self::Open => "notification-bell-open",
            Self::Close => "notification-bell-close",
            Self::ItemClick(..) => "notification-bell-item-click",
            Self::Action(..) => "notification-bell-action",
            Self::Received(_) => "notification-bell-received",
            Self::Counts(_) => "notification-bell-counts",
            Self::Change => "notification-bell-change",
            Self::ProofExpired => "notification-bell-proof-expired",
            Self::Error(_) => "notification-bell-error",
        }
    }

    fn is_cancelable(&self) -> bool {
        matches!(self, Self::Open | Self::Close | Self::ItemClick(..) | Self::Action(..))
    }

    pub(crate) fn detail(&self) -> Object {
        let detail = Object::new();
        let set = |name: &str, value: JsValue| {
            // A plain object takes any member.
            let _ = Reflect::set(&detail, &name.into(), &value);
        };
        match self {
            Self::Ready | Self::Open | Self::Close | Self::Change | Self::ProofExpired => {}
            Self::ItemClick(item, url) => {
                set("item", js_of(&item_value(item)));
                set("url", url.map_or(JsValue::NULL, JsValue::from));
            }
            Self::Received(item) => set("item", js_of(&item_value(item))),
            Self::Action(item, action) => {
                set("item", js_of(&item_value(item)));
                set("action", js_of(&action_value(action)));
            }
            Self::Counts(counts) => set("counts", js_of(&counts_value(counts))),
            Self::Error(fault) => {
                set("code", fault.code.as_str().into());
                set("message", fault.message.as_str().into());
            }
        }
        detail
    }

    /// Fires it on the element. False if the page prevented what would follow.
    pub(crate) fn fire(&self, host: &HtmlElement) -> bool {
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_cancelable(self.is_cancelable());
        init.set_detail(&self.detail());
        CustomEvent::new_with_event_init_dict(self.name(), &init)
            .and_then(|event| host.dispatch_event(&event))
            .unwrap_or(true)
    }
}
