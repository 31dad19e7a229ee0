//! Items that the page draws itself, by a function that it gives as the property `renderItem`.
//!
//! What it returns stands in the page, below the element, and the row has a slot for it: so the page's own style
//! applies to it. It is wrapped, because only an element can name its slot, and a page's node is left as it is.

use js_sys::{Function, Reflect};
use notification_bell_protocol::Item;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{HtmlElement, Node};

use super::Inbox;
use crate::{api::Fault, events::Happening, json::js_of, wire::item_value};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str, thrown: &JsValue);
}

/// What goes before an item's id in the name of its slot.
const SLOT: &str = "notification-bell-item-";

pub(crate) fn slot_of(id: &str) -> String {
    [SLOT, id].concat()
}

impl Inbox {
    /// The page has set another function, or none.
    pub(crate) fn take_renderer(&self) {
        self.is_render_failure_told.set(false);
        let has_renderer = self.renderer().is_some();
        self.state.handling().renderer.try_update(|turn| *turn = if has_renderer { *turn + 1 } else { 0 });
    }

    fn renderer(&self) -> Option<Function> {
        Reflect::get(&self.host, &"renderItem".into()).ok()?.dyn_into().ok()
    }

    /// Has the page draw an item. False if it leaves that to the element.
    pub(crate) fn render(&self, item: &Item) -> bool {
        let is_drawn = self.renderer().is_some_and(|renderer| self.render_by(&renderer, item));
        if !is_drawn {
            self.unrender(&item.id);
        }
        is_drawn
    }

    fn render_by(&self, renderer: &Function, item: &Item) -> bool {
        let drawn = renderer.call1(&self.host, &js_of(&item_value(item))).and_then(|drawn| {
            // Whatever the page did meanwhile: an element that has left takes nothing in.
            if drawn.is_null_or_undefined() || !self.host.is_connected() {
                return Ok(false);
            }
            self.place(&item.id, &drawn).map(|()| true)
        });
        drawn.unwrap_or_else(|thrown| {
            self.tell_render_failure(&thrown);
            false
        })
    }

    /// Puts what the page has drawn into its slot.
    fn place(&self, id: &str, drawn: &JsValue) -> Result<(), JsValue> {
        let complain = |text: &str| Err(js_sys::Error::new(text).into());
        // Not by `instanceof`: it may be of another window.
        if Reflect::get(drawn, &"nodeType".into()).ok().and_then(|kind| kind.as_f64()).is_none() {
            return complain("renderItem has to give a node, null or undefined");
        }
        let node: &Node = drawn.unchecked_ref();
        let slot = slot_of(id);
        let holder = node.parent_element().and_then(|parent| parent.get_attribute("slot"));
        if holder.is_some_and(|holder| holder.starts_with(SLOT) && holder != slot) {
            return complain("renderItem gave the same node for two items");
        }
        let wrapper = if let Some(wrapper) = self.wrapper(&slot) {
            wrapper
        } else {
            let document = self.host.owner_document().ok_or(JsValue::NULL)?;
            let wrapper: HtmlElement = document.create_element("div")?.unchecked_into();
            wrapper.set_slot(&slot);
            wrapper
        };
        // First of all into the page: what contains the element would go into anything else.
        if wrapper.parent_node().is_none() {
            self.host.append_child(&wrapper)?;
            self.drawn.borrow_mut().push((slot, wrapper.clone()));
        }
        if wrapper.first_child().as_ref() != Some(node) || wrapper.last_child().as_ref() != Some(node) {
            wrapper.replace_children_with_node_0();
            wrapper.append_child(node)?;
        }
        Ok(())
    }

    fn wrapper(&self, slot: &str) -> Option<HtmlElement> {
        self.drawn.borrow().iter().find(|(own, _)| own == slot).map(|(_, wrapper)| wrapper.clone())
    }

    /// Takes an item's node out of the page.
    pub(crate) fn unrender(&self, id: &str) {
        let slot = slot_of(id);
        if let Some(wrapper) = self.wrapper(&slot) {
            self.drawn.borrow_mut().retain(|(own, _)| *own != slot);
            clear(&wrapper);
        }
    }

    /// The same for all of them.
    pub(super) fn unrender_all(&self) {
        for (_, wrapper) in self.drawn.take() {
            clear(&wrapper);
        }
    }

    /// Once for each function that the page sets: it would say the same for every item.
    fn tell_render_failure(&self, thrown: &JsValue) {
        if self.is_render_failure_told.replace(true) {
            return;
        }
        error("<notification-bell> renderItem failed:", thrown);
        Happening::Error(&Fault::render_failed(thrown)).fire(&self.host);
    }
}

/// The page's node is given back, so that it may be used again.
fn clear(wrapper: &HtmlElement) {
    wrapper.replace_children_with_node_0();
    wrapper.remove();
}
