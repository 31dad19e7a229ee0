//! The tabs: which part of the inbox the list shows.

use leptos::ev::KeyboardEvent;
use notification_bell_protocol::View;

use super::{
    dynamic::{clicked, pressed, said, spelled, when, words},
    with_inbox,
};
use crate::{
    draw::{AnyView, view},
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
            aria-label=said(state, Text::Views)
            on:keydown=pressed(move |event| step(inbox, state, &event))
        >
            {tabs}
        </div>
    }
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
            {said(state, text)}
            {(view == View::Unread).then(|| when(move || state.unread.get() > 0, move || number(state)))}
        </button>
    }
}

/// How many are unread.
fn number(state: State) -> AnyView {
    view! { <span class="number">{words(move || state.number(state.unread.get().min(999)))}</span> }
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
