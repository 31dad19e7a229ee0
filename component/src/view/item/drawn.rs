//! Items that the page draws: its node has a slot in the row, in the place of picture and text.

use leptos::prelude::on_cleanup;
use notification_bell_protocol::{Item, ItemId};
use wasm_bindgen_futures::spawn_local;

use super::mark;
use crate::{
    draw::{AnyView, view},
    follow::follow,
    inbox::{Handle, State, slot_of},
    signal::{Memo, RwSignal, StoredValue},
    view::{dynamic::words, with_inbox},
};

/// Who draws an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The page is yet to be asked.
    Nobody,
    Page,
    Element,
}

/// Asks the page, if it wants to, and again whenever the item or the page's function is another.
pub(super) fn drawn_by(
    inbox: Handle,
    state: State,
    own: StoredValue<ItemId>,
    item: Memo<Option<Item>>,
) -> RwSignal<By> {
    let renderer = state.handling().renderer;
    let by = RwSignal::new(if renderer.get_untracked() == 0 { By::Element } else { By::Nobody });
    let mut was_asked = false;
    follow(move || {
        if renderer.get() == 0 {
            if std::mem::take(&mut was_asked) {
                by.set(By::Element);
                with_inbox(inbox, |inbox| inbox.unrender(&own.get_value()));
            }
            return;
        }
        was_asked = true;
        if let Some(item) = item.get() {
            ask(inbox, by, item);
        }
    });
    on_cleanup(move || {
        if let Some(id) = own.try_get_value() {
            with_inbox(inbox, |inbox| inbox.unrender(&id));
        }
    });
    by
}

#[inline(never)]
fn ask(inbox: Handle, by: RwSignal<By>, item: Item) {
    // Not from within: the page's function may remove the element, and this with it.
    spawn_local(async move {
        with_inbox(inbox, |inbox| {
            if by.try_get_untracked().is_some() {
                let is_by_page = inbox.render(&item);
                let next = if is_by_page { By::Page } else { By::Element };
                if by.try_update(|by| *by = next).is_none() {
                    inbox.unrender(&item.id);
                }
            }
        });
    });
}

/// The slot, and what names the item for screen readers.
pub(super) fn drawn(state: State, own: StoredValue<ItemId>, item: Memo<Option<Item>>) -> AnyView {
    let id = own.get_value();
    let title =
        words(move || item.with(|item| item.as_ref().map(|item| item.title.clone())).unwrap_or_default());
    view! {
        <div class="drawn">
            {mark(state, &id, item)}
            <span id=["title-", &id].concat() hidden>{title}</span>
            <slot name=slot_of(&id)></slot>
        </div>
    }
}
