//! The browser's locks between tabs (Web Locks): who holds one is the only one in the whole browser.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Object, Promise, Reflect};
use leptos::web_sys::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // Not by `web-sys`, whose types for it come with several KB of names for what is not used here.
    pub(crate) type LockManager;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
}

/// A lock that is held, or waited for, until this is dropped.
#[derive(Default)]
pub(crate) struct Lock {
    release: Rc<RefCell<Option<Function>>>,
    is_over: Rc<Cell<bool>>,
}

impl Lock {
    /// Asks for a lock; `None` where the browser has none. `held` is called once it is there.
    pub(crate) fn ask(name: &str, held: impl FnOnce() + 'static) -> Option<Self> {
        let lock = Self::default();
        let (release, is_over) = (Rc::clone(&lock.release), Rc::clone(&lock.is_over));
        // It is held for as long as this promise is open.
        let granted = Closure::once_into_js(move || {
            if is_over.get() {
                return JsValue::UNDEFINED;
            }
            let open = Promise::new(&mut |resolve, _| *release.borrow_mut() = Some(resolve));
            held();
            open.into()
        });
        let promise = lock_manager()?.request(name, &Object::new(), granted.unchecked_ref()).ok()?;
        wasm_bindgen_futures::spawn_local(async move {
            // Refused in a page that may not have any: nobody is to be told.
            let _ = JsFuture::from(promise).await;
        });
        Some(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.is_over.set(true);
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The locks of the browser, if it has any.
pub(crate) fn lock_manager() -> Option<LockManager> {
    let locks = Reflect::get(&window()?.navigator(), &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}
