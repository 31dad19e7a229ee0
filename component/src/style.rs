//! The style sheet that all elements of a document share.
//!
//! Constructed, because a strict `style-src` forbids `<style>` in a shadow tree as everywhere; what changes at
//! run time is set through the CSSOM.

use std::cell::RefCell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, Document, ShadowRoot};

const CSS: &str = notification_bell_view::style!(
    "style/tokens.css",
    "style/bell.css",
    "style/panel.css",
    "style/inline.css",
    "style/item.css",
    "style/list.css",
    "style/choosing.css",
    "style/swipe.css",
    "style/snooze.css",
    "style/states.css",
    "style/settings.css",
    "style/arrivals.css",
);

thread_local! {
    /// The last document a sheet was made for, and the sheet. A sheet serves only the document it was made in.
    static SHEET: RefCell<Option<(Document, CssStyleSheet)>> = const { RefCell::new(None) };
}

/// Gives a shadow tree its style; none where the page draws.
pub(crate) fn follow(root: &ShadowRoot, is_headless: bool) {
    if is_headless {
        root.set_adopted_style_sheets(&Array::new());
    } else {
        adopt(root);
    }
}

/// Gives a shadow tree its style, and takes away any other.
fn adopt(root: &ShadowRoot) {
    let Some(document) = root.owner_document() else { return };
    let sheet = SHEET.with_borrow_mut(|cached| match cached {
        Some((owner, sheet)) if *owner == document => Some(sheet.clone()),
        _ => {
            let sheet = construct(&document)?;
            *cached = Some((document, sheet.clone()));
            Some(sheet)
        }
    });
    if let Some(sheet) = sheet {
        root.set_adopted_style_sheets(&Array::of1(&sheet));
    }
}

/// Made with the constructor of the document's own window: an element may live in a frame.
fn construct(document: &Document) -> Option<CssStyleSheet> {
    let window: JsValue = document.default_view()?.into();
    let constructor: Function = Reflect::get(&window, &"CSSStyleSheet".into()).ok()?.dyn_into().ok()?;
    let sheet: CssStyleSheet = Reflect::construct(&constructor, &Array::new()).ok()?.unchecked_into();
    sheet.replace_sync(CSS).ok()?;
    Some(sheet)
}
