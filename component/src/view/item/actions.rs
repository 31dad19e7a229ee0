//! The buttons that the sender gave an item: each is used once, and says how it stands with that.

use leptos::ev::MouseEvent;
use notification_bell_protocol::{Action, ActionStyle, Item, ItemId};

use crate::{
    draw::{AnyView, Part, view},
    follow::memo,
    inbox::{Handle, State},
    signal::{Memo, StoredValue},
    texts::Text,
    view::{
        dynamic::{clicked, flag, part, spelled},
        icons::{TICK, icon},
        with_inbox,
    },
};

pub(super) fn actions(
    inbox: Handle,
    state: State,
    own: StoredValue<ItemId>,
    item: Memo<Option<Item>>,
) -> Part {
    // Without what changes when one is used: the buttons stay, and the focus on them.
    let buttons = memo(move || {
        let mut actions =
            item.with(|item| item.as_ref().map(|item| item.actions.clone()).unwrap_or_default());
        for action in &mut actions {
            action.done = false;
        }
        actions
    });
    part(move || {
        let buttons = buttons.get();
        if buttons.is_empty() {
            return None;
        }
        let buttons: Vec<_> =
            buttons.into_iter().map(|action| button(inbox, state, own, item, action)).collect();
        // While items are chosen, a click anywhere on one chooses it.
        let is_inert = flag(move || state.handling().is_selecting.get());
        Some(view! { <div class="actions" inert=is_inert>{buttons}</div> })
    })
}

fn button(
    inbox: Handle,
    state: State,
    own: StoredValue<ItemId>,
    item: Memo<Option<Item>>,
    action: Action,
) -> AnyView {
    let class = match action.style {
        ActionStyle::Primary => "plain primary",
        ActionStyle::Default => "plain",
        ActionStyle::Danger => "plain danger",
    };
    let (id, leads_somewhere) = (StoredValue::new(action.id), action.url.is_some());
    let is_working = memo(move || {
        state.handling().working.with(|working| {
            let is_this = |(item, action): &(_, _)| {
                own.with_value(|own| own == item) && id.with_value(|id| id == action)
            };
            working.iter().any(is_this)
        })
    });
    let is_done = memo(move || {
        let is_this = |action: &&Action| id.with_value(|id| *id == action.id);
        let is_done = item.with(|item| item.as_ref()?.actions.iter().find(is_this).map(|action| action.done));
        is_done.unwrap_or_default() && !is_working.get()
    });
    let use_it = move |event: MouseEvent| {
        event.stop_propagation();
        with_inbox(inbox, |inbox| inbox.use_action(&own.get_value(), &id.get_value()));
    };
    let how = move || {
        if is_working.get() {
            Some(spoken(state, Text::ActionPending))
        } else if is_done.get() {
            Some(view! { {icon(TICK)} {spoken(state, Text::ActionDone)} })
        } else {
            None
        }
    };
    // Not `disabled`, which would take the focus away.
    view! {
        <button
            class=class
            class:working=flag(move || is_working.get())
            class:done=flag(move || is_done.get())
            part="action"
            type="button"
            aria-disabled=spelled(move || is_working.get() || (is_done.get() && !leads_somewhere))
            aria-busy=spelled(move || is_working.get())
            on:click=clicked(use_it)
        >
            {part(how)}
            {action.label}
        </button>
    }
}

/// A word for screen readers, in front of what it is about.
fn spoken(state: State, text: Text) -> AnyView {
    view! { <span class="spoken">{state.text(text) + ": "}</span> }
}
