//! How high elements are, told as it changes.

use js_sys::Array;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};

/// Watches elements until it is dropped.
pub(super) struct Sizes {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut(Array)>,
}

impl Sizes {
    /// `tell` is given elements and how high they are within their padding, after layout and before they are painted.
    pub(super) fn new(tell: impl Fn(&[(Element, f64)]) + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let entries = entries.iter().map(JsCast::unchecked_into);
            let heights =
                entries.map(|entry: ResizeObserverEntry| (entry.target(), entry.content_rect().height()));
            tell(&heights.collect::<Vec<_>>());
        });
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        Some(Self { observer, _changed: changed })
    }

    pub(super) fn watch(&self, element: &Element) {
        self.observer.observe(element);
    }

    pub(super) fn forget(&self, element: &Element) {
        self.observer.unobserve(element);
    }
}

impl Drop for Sizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
