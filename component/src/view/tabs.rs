//! The tabs: which part of the inbox the list shows.

use leptos::{ev::KeyboardEvent, prelude::*};
use notification_bell_protocol::View;

use super::{
    dynamic::{clicked, part, pressed, spelled, words},
    with_inbox,
};
use crate::{
    inbox::{Handle, State},
    texts::Text,
};

const TABS: [(View, Text); 4] = [
    (View::All, Text::ViewAll),
    (View::Unread, Text::ViewUnread),
    (View::Snoozed, Text::ViewSnoozed),
    (View::Archived, Text::ViewArchived),
];

pub(super) fn tabs(inbox: Handle, state: State) -> AnyView {
    let tabs: Vec<_> = TABS.into_iter().map(|(view, text)| tab(inbox, state, view, text)).collect();
    view! {
        <div
            class="tabs"
            part="tabs"
            role="tablist"
            aria-label=words(move || state.text(Text::Views))
            on:keydown=pressed(move |event| step(inbox, state, &event))
        >
            {tabs}
        </div>
    }
    .into_any()
}

fn tab(inbox: Handle, state: State, view: View, text: Text) -> AnyView {
    let is_selected = move || state.view.get() == view;
    view! {
        <button
            id=["tab-", view.as_str()].concat()
            class="tab"
            part="tab"
            type="button"
            role="tab"
            aria-controls="list"
            aria-selected=spelled(is_selected)
            tabindex=words(move || (if is_selected() { "0" } else { "-1" }).to_owned())
            on:click=clicked(move |_| with_inbox(inbox, |inbox| inbox.show_view(view)))
        >
            {words(move || state.text(text))}
            {part(move || (view == View::Unread).then(|| number(state)).flatten())}
        </button>
    }
    .into_any()
}

/// How many are unread.
fn number(state: State) -> Option<AnyView> {
    let unread = state.unread.get();
    (unread > 0).then(|| view! { <span class="number">{state.number(unread.min(999))}</span> }.into_any())
}

/// Left and Right go through the tabs, in the direction of the text.
fn step(inbox: Handle, state: State, event: &KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    event.prevent_default();
    with_inbox(inbox, |inbox| {
        let forward = forward != inbox.is_right_to_left();
        let view = state.view.get_untracked();
        let place = TABS.iter().position(|(own, _)| *own == view).unwrap_or_default();
        let next = (place + if forward { 1 } else { TABS.len() - 1 }) % TABS.len();
        inbox.show_view(TABS[next].0);
        inbox.focus_id(&["tab-", TABS[next].0.as_str()].concat());
    });
}
