//! The button: it swings once when something comes in, and counts what is unread.

use super::{
    dynamic::{clicked, flag, heard, spelled, when, words},
    icons::{BELL, icon},
    with_inbox,
};
use crate::{
    draw::{AnyView, view},
    inbox::{Handle, State},
    texts::Text,
};
use leptos::ev::Event;

/// The largest number the badge shows.
const BADGE_MAX: u64 = 99;

pub(super) fn bell(inbox: Handle, state: State) -> AnyView {
    let name = words(move || match state.unread.get() {
        0 => state.text(Text::Notifications),
        unread => state.count(Text::BellUnread, unread),
    });
    let toggle = clicked(move |_| with_inbox(inbox, |inbox| inbox.set_open(!state.open.get_untracked())));
    view! {
        <button
            id="bell"
            class="bell"
            part="bell"
            type="button"
            aria-haspopup="dialog"
            aria-controls="panel"
            aria-expanded=spelled(move || state.open.get())
            aria-label=name
            on:click=toggle
        >
            <span
                class="clapper"
                class:swings=flag(move || state.is_swinging.get())
                on:animationend=heard(move |_: Event| state.is_swinging.set(false))
            >
                <slot name="bell">{icon(BELL)}</slot>
            </span>
            {when(move || state.unread.get() > 0, move || badge(state))}
        </button>
    }
}

fn badge(state: State) -> AnyView {
    let number = words(move || match state.unread.get() {
        unread if unread > BADGE_MAX => state.number(BADGE_MAX) + "+",
        unread => state.number(unread),
    });
    view! { <span class="badge" part="badge" aria-hidden="true">{number}</span> }
}
