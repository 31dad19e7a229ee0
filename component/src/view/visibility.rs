//! Which elements are on screen, told as it changes.

use js_sys::Array;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// Half of an element on screen counts as having been seen.
const SEEN_RATIO: f64 = 0.5;

/// What is known of an element.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// Some of it is on screen.
    pub(super) is_touched: bool,
    /// Enough of it is on screen to count as seen.
    pub(super) is_seen: bool,
}

/// Watches elements until it is dropped.
pub(super) struct Visibility {
    observer: IntersectionObserver,
    _changed: Closure<dyn FnMut(Array)>,
}

impl Visibility {
    pub(super) fn new(mut tell: impl FnMut(&Element, Sight) + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            for entry in entries.iter() {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                let is_touched = entry.is_intersecting();
                let is_seen = is_touched && entry.intersection_ratio() >= SEEN_RATIO;
                tell(&entry.target(), Sight { is_touched, is_seen });
            }
        });
        let init = IntersectionObserverInit::new();
        init.set_threshold(&Array::of2(&0.into(), &SEEN_RATIO.into()));
        let observer =
            IntersectionObserver::new_with_options(changed.as_ref().unchecked_ref(), &init).ok()?;
        Some(Self { observer, _changed: changed })
    }

    pub(super) fn watch(&self, element: &Element) {
        self.observer.observe(element);
    }

    pub(super) fn forget(&self, element: &Element) {
        self.observer.unobserve(element);
    }
}

impl Drop for Visibility {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
