//! The browser's own storage: `localStorage`, which answers at once and is small, as what is kept here is.
//!
//! A storage that throws, or is not there, is one with nothing in it.

use leptos::web_sys::window;
use serde_json::Value;
use wasm_bindgen::JsValue;
use web_sys::Storage;

use crate::json::{parse, text_of};

/// No more than this is written under one name: the page shares the browser's room with it.
pub(crate) const TEXT_MAX: usize = 100_000;

/// The storage itself, for what is not JSON; `None` where it throws.
pub(crate) fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// What was written there; nothing that is larger than what is.
pub(crate) fn read(name: &str) -> Option<Value> {
    let text = storage()?.get_item(name).ok()??;
    if text.len() > TEXT_MAX { None } else { parse(&text) }
}

/// Writes a value in the place of what was there. False if it is too large, and nothing is there now.
pub(crate) fn write(name: &str, value: &Value) -> bool {
    let Some(storage) = storage() else { return true };
    let text = text_of(value).filter(|text| text.len() <= TEXT_MAX);
    let is_written = text.is_some_and(|text| storage.set_item(name, &text).is_ok());
    if !is_written {
        let _ = storage.remove_item(name);
    }
    is_written
}

pub(crate) fn remove(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// The names that begin with this.
pub(crate) fn names(start: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = js_sys::Object::keys(storage.as_ref());
    keys.iter().filter_map(|key: JsValue| key.as_string()).filter(|key| key.starts_with(start)).collect()
}
