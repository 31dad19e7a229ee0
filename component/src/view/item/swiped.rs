//! What a swipe will do, under the item that a finger moves away.

use notification_bell_protocol::{Item, ItemId};

use super::quick::{archive_face, read_face};
use crate::{
    draw::{AnyView, Part, view},
    follow::memo,
    inbox::State,
    signal::{Memo, StoredValue},
    swipe::Side,
    view::{dynamic::part, icons::icon},
};

/// Whether a finger moves an item, or, if that is asked for, has let it go or not.
pub(super) fn is_swiped(state: State, own: StoredValue<ItemId>, is_settling: Option<bool>) -> bool {
    state.handling().swiped.with(|swiped| {
        swiped.as_ref().is_some_and(|swiped| {
            own.with_value(|own| *own == swiped.id)
                && is_settling.is_none_or(|wanted| swiped.is_settling == wanted)
        })
    })
}

/// Nothing for who cannot see it: the buttons say the same.
pub(super) fn swiped(state: State, own: StoredValue<ItemId>, item: Memo<Option<Item>>) -> Part {
    let swiped = memo(move || {
        state.handling().swiped.with(|swiped| {
            let swiped = swiped.as_ref()?;
            own.with_value(|own| swiped.id == *own).then_some((
                swiped.side,
                swiped.is_leftwards,
                swiped.is_far_enough,
            ))
        })
    });
    part(move || {
        let swiped = swiped.get()?;
        under(state, item, swiped)
    })
}

#[inline(never)]
fn under(
    state: State,
    item: Memo<Option<Item>>,
    (side, is_leftwards, is_far_enough): (Side, bool, bool),
) -> Option<AnyView> {
    let (text, path) = item.with_untracked(|item| {
        let item = item.as_ref()?;
        Some(match side {
            Side::End => archive_face(item, state.now.get_untracked()),
            Side::Start => read_face(item),
        })
    })?;
    let class = match side {
        Side::End => "under to-end",
        Side::Start => "under to-start",
    };
    Some(view! {
        <div class=class class:leftwards=is_leftwards class:enough=is_far_enough aria-hidden="true">
            {icon(path)}
            <span>{state.text(text)}</span>
        </div>
    })
}
