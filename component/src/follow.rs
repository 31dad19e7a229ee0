//! Effects in boxes: Leptos would have a copy for every closure that is given to it.

use leptos::prelude::Effect;

use crate::signal::Memo;

/// Runs in a moment, and again whenever something that it has read is another, until the owner is cleaned up.
pub(crate) fn follow(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A value worked out of others; who reads it hears of it when it is another, and not whenever they are.
pub(crate) fn memo<T: PartialEq + 'static>(read: impl Fn() -> T + 'static) -> Memo<T> {
    Memo::new(move |_| read())
}
