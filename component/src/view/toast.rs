//! What was just done, at the foot of the panel, and the button that takes it back.

use leptos::ev::KeyboardEvent;

use super::{
    dynamic::{asks, part, pressed},
    with_inbox,
};
use crate::{
    draw::{AnyView, view},
    inbox::{Handle, Inbox, State, Toast},
    texts::Text,
};

/// The region is there before there is anything in it: else screen readers would not say it.
pub(super) fn toast(inbox: Handle, state: State) -> AnyView {
    view! { <div class="toasts" role="status">{part(move || message(inbox, state))}</div> }
}

fn message(inbox: Handle, state: State) -> Option<AnyView> {
    let toast = state.toast.get()?;
    Some(drawn(inbox, state, toast))
}

#[inline(never)]
fn drawn(inbox: Handle, state: State, Toast { words, undo }: Toast) -> AnyView {
    let undo = undo.map(|_| {
        view! {
            <button class="undo" type="button" aria-keyshortcuts="z" on:click=asks(inbox, Inbox::undo)>
                {state.text(Text::Undo)}
            </button>
        }
    });
    view! {
        <div
            id="toast"
            class="toast"
            part="toast"
            on:mouseenter=asks(inbox, |inbox| inbox.hold_toast())
            on:mouseleave=asks(inbox, Inbox::let_toast_go)
            on:focusin=asks(inbox, |inbox| inbox.hold_toast())
            on:focusout=asks(inbox, Inbox::let_toast_go)
            on:keydown=pressed(move |event| leave(inbox, &event))
        >
            <span>{words}</span>
            {undo}
        </div>
    }
}

/// Escape leads back to the list, and only from there out of the panel.
fn leave(inbox: Handle, event: &KeyboardEvent) {
    if event.key() == "Escape" && !event.is_composing() {
        event.prevent_default();
        with_inbox(inbox, Inbox::focus_current);
    }
}
