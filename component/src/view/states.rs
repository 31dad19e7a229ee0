//! What stands in the list when there are no items in it: loading, empty, or a reason.

use leptos::{html, prelude::*};
use notification_bell_protocol::View;

use super::{
    dynamic::clicked,
    icons::{BELL, WARNING, icon},
    with_inbox,
};
use crate::{
    api::Fault,
    inbox::{Connection, Handle, Inbox, Loading, State},
    texts::Text,
};

/// How many items are drawn before there are any.
const SKELETONS: usize = 4;

pub(super) fn notice(inbox: Handle, state: State) -> Option<AnyView> {
    let view = state.view.get();
    let has_items = state.listed.with(|ids| !ids.is_empty());
    let is_loaded = state.feed.with(|feed| feed.is_loaded(&state.list()));
    match (state.connection.get(), state.loading.get()) {
        (Connection::SignedOut, _) => Some(empty(state, Text::SignedOut, Text::SignedOutHint)),
        (Connection::Stopped(fault), _) | (_, Loading::Failed(fault)) => Some(error(inbox, state, &fault)),
        (Connection::Waiting(fault), _) if !has_items && !is_loaded => Some(error(inbox, state, &fault)),
        _ if has_items => None,
        _ if !is_loaded => Some(loading(state)),
        _ => {
            let (title, hint) = match view {
                View::Unread => (Text::EmptyUnread, Text::EmptyUnreadHint),
                View::Archived => (Text::EmptyArchived, Text::EmptyArchivedHint),
                View::Snoozed => (Text::EmptySnoozed, Text::EmptySnoozedHint),
                View::All => (Text::EmptyAll, Text::EmptyAllHint),
            };
            Some(empty(state, title, hint))
        }
    }
}

fn loading(state: State) -> AnyView {
    view! {
        <div class="loading" role="status">
            <span class="spoken">{state.text(Text::Loading)}</span>
            {skeleton(SKELETONS)}
        </div>
    }
    .into_any()
}

/// So many items that are still to come.
pub(super) fn skeleton(count: usize) -> AnyView {
    // The inner ones without the macro: what is all constant, it would set as HTML text, which Trusted Types forbid.
    let one = |_| view! { <div class="skeleton" aria-hidden="true">{html::i()}{html::b()}{html::b()}</div> };
    (0..count).map(one).collect::<Vec<_>>().into_any()
}

fn empty(state: State, title: Text, hint: Text) -> AnyView {
    view! {
        <div class="empty" part="empty">
            <slot name="empty">
                <div class="drawing">{icon(BELL)}</div>
                <p class="notice">{state.text(title)}</p>
                <p class="hint">{state.text(hint)}</p>
            </slot>
        </div>
    }
    .into_any()
}

fn error(inbox: Handle, state: State, fault: &Fault) -> AnyView {
    let (title, hint) = words(fault);
    view! {
        <div class="error" part="error" role="alert">
            <slot name="error">
                <div class="warning">{icon(WARNING)}</div>
                <p class="notice">{state.text(title)}</p>
                <p class="hint">{state.text(hint)}</p>
                <button
                    class="plain"
                    type="button"
                    on:click=clicked(move |_| with_inbox(inbox, Inbox::refresh))
                >
                    {state.text(Text::Retry)}
                </button>
            </slot>
        </div>
    }
    .into_any()
}

/// What a fault is in words that help the reader; the code and the detail are for the developer.
fn words(fault: &Fault) -> (Text, Text) {
    match (fault.status, fault.code.as_str()) {
        _ if fault.is_proof_expired => (Text::ErrorExpired, Text::ErrorProofHint),
        (_, "invalid_user_hmac" | "invalid_user_id" | "user_blocked" | "proof_not_allowed") => {
            (Text::ErrorProof, Text::ErrorProofHint)
        }
        (_, "unknown_api_key" | "origin_not_allowed" | "secret_key_in_browser") | (404 | 405, _) => {
            (Text::ErrorSetup, Text::ErrorSetupHint)
        }
        (401, _) => (Text::ErrorProof, Text::ErrorProofHint),
        (0, _) => (Text::ErrorList, Text::ErrorNetworkHint),
        _ => (Text::ErrorList, Text::ErrorServerHint),
    }
}
