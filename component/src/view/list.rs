//! The list: its items, and what stands there when there are none.

use web_sys::{Element, Event};

use super::{
    dynamic::{asks, flag, heard, part, said, spelled, words},
    row::row,
    scroller::Scroller,
    states::{notice, skeleton},
    visibility::Visibility,
    with_inbox,
};
use crate::{
    draw::{AnyView, each, view},
    feed::List,
    follow::{follow, memo},
    inbox::{Handle, Inbox, Loading, Rows, State},
    signal::StoredValue,
    texts::Text,
};

/// What starts the id of an item's element; the rest is the item's.
pub(super) const ITEM_ID: &str = "item-";
/// The id of what lies below the last item.
const END_ID: &str = "end";

/// Where elements are reported that want to be known to be on screen.
pub(super) type Watcher = StoredValue<Option<Visibility>>;

pub(super) fn list(inbox: Handle, state: State) -> AnyView {
    let watcher: Watcher = StoredValue::new(Visibility::new(move |element, sight| {
        let id = element.id();
        if let Some(id) = id.strip_prefix(ITEM_ID).filter(|_| sight.is_seen) {
            with_inbox(inbox, |inbox| inbox.mark_seen(&id.to_owned()));
        } else if id == END_ID && sight.is_touched {
            with_inbox(inbox, Inbox::load_more);
        }
    }));
    keep_focus(inbox, state);
    let scroller = Scroller::new(inbox, state);

    let is_loading = move || matches!(state.loading.get(), Loading::First | Loading::More);
    let is_labelled_by = words(move || ["tab-", state.view.get().as_str()].concat());
    view! {
        <div
            id="list"
            class="list"
            part="list"
            role="tabpanel"
            aria-labelledby=is_labelled_by
            on:scroll=heard(move |_: Event| {
                scroller.scrolled();
                with_inbox(inbox, |inbox| inbox.scrolled());
            })
        >
            {notice(inbox, state)}
            <div
                id="feed"
                class="feed"
                role="feed"
                hidden=flag(move || state.listed.with(Vec::is_empty))
                aria-label=said(state, Text::Notifications)
                aria-busy=spelled(is_loading)
            >
                {each(
                    move || state.listing.drawn.get(),
                    move |id| row(inbox, state, watcher, scroller, id),
                )}
            </div>
            {end(inbox, state, watcher)}
        </div>
    }
}

/// What lies below the last item: near it, the next page is loaded.
fn end(inbox: Handle, state: State, watcher: Watcher) -> AnyView {
    let has_more = memo(move || {
        let list = state.list();
        state.feed.with(|feed| feed.is_loaded(&list) && feed.next_cursor(&list).is_some())
    });
    // Watched anew whenever a page is there: its end may still be in view, and then nothing changes that would be told.
    let watch = move |element: &Element| {
        let element = element.clone();
        follow(move || {
            if state.loading.get() == Loading::Idle {
                watcher.with_value(|watcher| {
                    if let Some(watcher) = watcher {
                        watcher.forget(&element);
                        watcher.watch(&element);
                    }
                });
            }
        });
    };
    let has_failed = memo(move || state.loading.get() == Loading::MoreFailed);
    let retry = move || {
        view! {
            <p class="more-failed">
                {state.text(Text::ErrorMore)}
                <button
                    class="plain"
                    type="button"
                    on:click=asks(inbox, Inbox::load_more)
                >
                    {state.text(Text::Retry)}
                </button>
            </p>
        }
    };
    view! {
        <div class="end" hidden=flag(move || !has_more.get())>
            <div id=END_ID class="marker" node_ref=watch></div>
            {part(move || Some(if has_failed.get() { retry() } else { skeleton(1) }))}
        </div>
    }
}

#[inline(never)]
fn focus_next(inbox: Handle, state: State, rows: &Rows, index: usize) {
    let index = index.min(rows.len().saturating_sub(1));
    state.current.set(rows.get(index).map(|row| row.id.clone()));
    with_inbox(inbox, |inbox| inbox.restore_focus(index));
}

/// When the item that has the focus leaves the list, its neighbour gets it.
fn keep_focus(inbox: Handle, state: State) {
    let mut before: Option<(List, Rows)> = None;
    follow(move || {
        let (list, rows) = (state.list(), state.listing.rows.get());
        let current = state.current.get_untracked();
        let place = |rows: &Rows| rows.iter().position(|row| Some(&row.id) == current.as_ref());
        if let Some((_, before)) = before.take().filter(|(own, _)| *own == list)
            && let Some(index) = place(&before)
            && place(&rows).is_none()
        {
            focus_next(inbox, state, &rows, index);
        }
        before = Some((list, rows));
    });
}
