//! The panel: heading, tabs, list, and what the page puts into its slots.

use leptos::ev::KeyboardEvent;
use notification_bell_protocol::View;

use super::{
    categories::categories,
    dynamic::{When, clicked, flag, part, pressed, said, when, words},
    icons::{ARCHIVE, CLOSE, TICKS, UP, icon},
    item::controls::is_field,
    list::list,
    selecting,
    settings::{gear, settings},
    slot,
    snooze::snooze,
    tabs::tabs,
    toast::toast,
    with_inbox,
};
use crate::{
    draw::{AnyView, view},
    feed::Feed,
    follow::memo,
    inbox::{Connection, Handle, Inbox, Stage, State, Toast},
    texts::Text,
};

pub(super) fn panel(inbox: Handle, state: State) -> AnyView {
    let is_shown = move || state.has_drawn(Stage::Contents) && (state.open.get() || state.is_opening.get());
    let shown = memo(move || is_shown().then(|| state.around.is_setting.get()));
    view! {
        <div
            id="panel"
            class="panel"
            class:follows-system=flag(move || state.follows_system.get())
            part="panel"
            role=words(move || (if state.around.is_inline.get() { "region" } else { "dialog" }).to_owned())
            popover="manual"
            tabindex="-1"
            aria-label=said(state, Text::Notifications)
            on:keydown=pressed(move |event| {
                undo(inbox, state, &event);
                move_focus(inbox, state, &event);
                with_inbox(inbox, |inbox| inbox.keep_in_sheet(&event));
            })
        >
            {part(move || shown.get().map(|is_setting| if is_setting {
                settings(inbox, state)
            } else {
                contents(inbox, state)
            }))}
        </div>
    }
}

fn contents(inbox: Handle, state: State) -> AnyView {
    // What reaches all of the inbox is not offered where the list is another, or has nothing of what is reached, or before
    // there was any: it would reach what nobody has seen.
    let has_lists = memo(move || state.feed.with(Feed::has_lists));
    let has_unread = move || has_lists.get() && state.is_inbox() && state.unread_here.get() > 0;
    let has_archivable =
        move || has_lists.get() && state.view.get() == View::All && state.archivable.get() > 0;
    let has_items = move || !state.listed.with(Vec::is_empty);
    let is_selecting = move || state.handling().is_selecting.get();
    view! {
        {when(is_selecting, move || selecting::toolbar(inbox, state))}
        <div class="header" part="header" hidden=flag(is_selecting)>
            <slot name="header"><h2 class="heading">{said(state, Text::Notifications)}</h2></slot>
            <div class="tools">
                {when(has_unread, move || mark_all(inbox, state))}
                {when(has_archivable, move || archive_all(inbox, state))}
                {when(has_items, move || selecting::begin(inbox, state))}
                {gear(inbox, state)}
                {close(inbox, state)}
            </div>
        </div>
        {tabs(inbox, state)}
        {categories(inbox, state)}
        {offline(state)}
        <div class="middle">
            {pill(inbox, state)}
            {when(move || state.has_drawn(Stage::List), move || list(inbox, state))}
        </div>
        <div class="footer" part="footer">{slot("footer")}</div>
        {toast(inbox, state)}
        {part(move || snooze(inbox, state))}
    }
}

/// Closes the panel, where nothing of the page is left beside it to be clicked.
pub(super) fn close(inbox: Handle, state: State) -> AnyView {
    view! {
        <button
            class="quiet close"
            type="button"
            aria-label=said(state, Text::Close)
            on:click=clicked(move |_| with_inbox(inbox, |inbox| inbox.set_open(false)))
        >
            {icon(CLOSE)}
        </button>
    }
}

fn mark_all(inbox: Handle, state: State) -> AnyView {
    view! {
        <button
            class="quiet mark-all"
            type="button"
            title=said(state, Text::MarkAllRead)
            on:click=clicked(move |_| with_inbox(inbox, |inbox| {
                inbox.mark_all_read();
                // The button goes with the last unread item, and would take the focus along.
                inbox.focus_panel();
            }))
        >
            {icon(TICKS)}
            <span>{said(state, Text::MarkAllRead)}</span>
        </button>
    }
}

fn archive_all(inbox: Handle, state: State) -> AnyView {
    view! {
        <button
            class="quiet"
            type="button"
            aria-label=said(state, Text::ArchiveAllRead)
            title=said(state, Text::ArchiveAllRead)
            on:click=clicked(move |_| with_inbox(inbox, |inbox| {
                inbox.archive_all_read();
                // The button goes with the last read item.
                inbox.focus_panel();
            }))
        >
            {icon(ARCHIVE)}
        </button>
    }
}

/// Counts what came in above what is being read, and leads there.
fn pill(inbox: Handle, state: State) -> When {
    let number = move || state.above.with(Vec::len) as u64;
    when(
        move || number() > 0,
        move || {
            view! {
                <button
                    class="pill"
                    type="button"
                    on:click=clicked(move |_| with_inbox(inbox, |inbox| {
                        inbox.scroll_to_top();
                        inbox.focus_item(0);
                    }))
                >
                    {icon(UP)}
                    {words(move || state.count(Text::Pill, number()))}
                </button>
            }
        },
    )
}

fn offline(state: State) -> When {
    let is_offline = move || state.connection.with(|connection| *connection == Connection::Offline);
    when(is_offline, move || view! { <p class="offline" role="status">{said(state, Text::Offline)}</p> })
}

/// `z`, alone or as everywhere else with Ctrl or Cmd: takes back what was done last, as long as the message says so.
fn undo(inbox: Handle, state: State, event: &KeyboardEvent) {
    let is_modified = event.alt_key() || event.shift_key() || event.repeat() || event.is_composing();
    let offers = |toast: &Option<Toast>| toast.as_ref().is_some_and(|toast| toast.undo.is_some());
    if event.key().eq_ignore_ascii_case("z")
        && !is_modified
        && !event.default_prevented()
        && !is_field(event)
        && !state.around.is_setting.get_untracked()
        && state.toast.with_untracked(offers)
    {
        event.prevent_default();
        event.stop_propagation();
        with_inbox(inbox, Inbox::undo);
    }
}

/// Up and Down, Home and End: through the items, wherever in the panel the focus is, except among the tabs.
fn move_focus(inbox: Handle, state: State, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented() || is_field(event)
    {
        return;
    }
    let current = state.current.get_untracked();
    let current = current.and_then(|id| state.listing.row_of(state.feed, &id));
    let length = state.listing.rows.with_untracked(|rows| rows.len());
    let index = match event.key().as_str() {
        "ArrowDown" => current.map_or(0, |current| current + 1),
        "ArrowUp" => current.map_or(0, |current| current.saturating_sub(1)),
        "Home" => 0,
        "End" => length.saturating_sub(1),
        "Escape" => {
            // Out of choosing first, and only then out of the panel.
            with_inbox(inbox, |inbox| {
                if inbox.end_selecting() {
                    event.prevent_default();
                }
            });
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if length > 0 {
        with_inbox(inbox, |inbox| {
            inbox.focus_item(index.min(length - 1));
            if event.shift_key() {
                inbox.extend_selection_to_current();
            }
        });
    }
}
