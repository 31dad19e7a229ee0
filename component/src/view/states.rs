//! What stands in the list when there are no items in it: loading, empty, or a reason.

use notification_bell_protocol::View;

use super::{
    dynamic::{asks, part},
    icons::{BELL, WARNING, icon},
};
use crate::{
    api::Fault,
    draw::{AnyView, Part, view},
    follow::memo,
    inbox::{Connection, Handle, Inbox, Loading, State},
    texts::Text,
};

/// How many items are drawn before there are any.
const SKELETONS: usize = 4;

/// What there is to say. Drawn anew only when it is something else: a reader may be on its button.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notice {
    Loading,
    Empty(Text, Text),
    Error(Text, Text),
}

pub(super) fn notice(inbox: Handle, state: State) -> Part {
    let notice = memo(move || notice_of(state));
    part(move || {
        Some(match notice.get()? {
            Notice::Loading => loading(state),
            Notice::Empty(title, hint) => empty(state, title, hint),
            Notice::Error(title, hint) => error(inbox, state, title, hint),
        })
    })
}

fn notice_of(state: State) -> Option<Notice> {
    let view = state.view.get();
    let has_items = state.listed.with(|ids| !ids.is_empty());
    let is_loaded = state.feed.with(|feed| feed.is_settled(&state.list()));
    match (state.connection.get(), state.loading.get()) {
        (Connection::SignedOut, _) => Some(Notice::Empty(Text::SignedOut, Text::SignedOutHint)),
        (Connection::Stopped(fault), _) | (_, Loading::Failed(fault)) => Some(error_of(&fault)),
        (Connection::Waiting(fault), _) if !has_items && !is_loaded => Some(error_of(&fault)),
        _ if has_items => None,
        _ if !is_loaded => Some(Notice::Loading),
        _ => {
            let (title, hint) = match view {
                View::Unread => (Text::EmptyUnread, Text::EmptyUnreadHint),
                View::Archived => (Text::EmptyArchived, Text::EmptyArchivedHint),
                View::Snoozed => (Text::EmptySnoozed, Text::EmptySnoozedHint),
                View::All => (Text::EmptyAll, Text::EmptyAllHint),
            };
            Some(Notice::Empty(title, hint))
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
}

/// So many items that are still to come.
pub(super) fn skeleton(count: usize) -> AnyView {
    let one = |_| view! { <div class="skeleton" aria-hidden="true"><i></i><b></b><b></b></div> };
    view! { {(0..count).map(one).collect::<Vec<_>>()} }
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
}

fn error(inbox: Handle, state: State, title: Text, hint: Text) -> AnyView {
    view! {
        <div class="error" part="error" role="alert">
            <slot name="error">
                <div class="warning">{icon(WARNING)}</div>
                <p class="notice">{state.text(title)}</p>
                <p class="hint">{state.text(hint)}</p>
                <button
                    class="plain"
                    type="button"
                    on:click=asks(inbox, Inbox::refresh)
                >
                    {state.text(Text::Retry)}
                </button>
            </slot>
        </div>
    }
}

/// What a fault is in words that help the reader; the code and the detail are for the developer.
#[inline(never)]
fn error_of(fault: &Fault) -> Notice {
    let (title, hint) = match (fault.status, fault.code.as_str()) {
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
    };
    Notice::Error(title, hint)
}
