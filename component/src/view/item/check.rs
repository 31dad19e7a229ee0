//! The box of an item while items are being chosen. The item itself is what is clicked; the box says how it stands.

use notification_bell_protocol::ItemId;

use crate::{
    draw::{AnyView, view},
    inbox::State,
    signal::StoredValue,
    view::{
        dynamic::{spelled, words},
        icons::{TICK, icon},
    },
};

/// Whether an item is chosen.
pub(super) fn is_chosen(state: State, own: StoredValue<ItemId>) -> bool {
    state.handling().selection.with(|selection| {
        own.with_value(|own| selection.as_ref().is_some_and(|selection| selection.contains(own)))
    })
}

pub(super) fn check(
    state: State,
    own: StoredValue<ItemId>,
    tabindex: impl FnMut() -> String + 'static,
) -> AnyView {
    let named_by = own.with_value(|own| ["title-", own].concat());
    view! {
        <span
            class="check"
            role="checkbox"
            tabindex=words(tabindex)
            aria-checked=spelled(move || is_chosen(state, own))
            aria-labelledby=named_by
        >
            {icon(TICK)}
        </span>
    }
}
