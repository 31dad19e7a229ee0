//! A row of the list: an item, the day that begins with it, and what is under it.
//!
//! A feed may have articles in it and nothing else. So the day stands before the article for the eyes alone, and is a
//! heading in it for screen readers; the button that shows what is under an item is in its article too.

use notification_bell_protocol::{ItemId, Timestamp};
use web_sys::Element;

use super::{
    dynamic::{When, clicked, part, spelled, when, words},
    icons::{DOWN, UP_SMALL, icon},
    item::item,
    list::Watcher,
    scroller::{ROW_ID, Scroller},
    with_inbox,
};
use crate::{
    draw::{AnyView, Part, Words, at_end, view},
    follow::memo,
    inbox::{Handle, State},
    rows::{Group, Row},
    signal::{Memo, StoredValue},
    texts::Text,
};

/// Where a row is, from 0, and the row; `None` while it leaves the list.
pub(super) type Place = Memo<Option<(usize, Row)>>;

pub(super) fn row(inbox: Handle, state: State, watcher: Watcher, scroller: Scroller, id: ItemId) -> AnyView {
    let own = id.clone();
    let place = memo(move || {
        state.listing.rows.track();
        let index = state.listing.row_of(state.feed, &own)?;
        let row = state.listing.rows.with_untracked(|rows| rows.get(index).cloned());
        Some((index, row.filter(|row| row.id == own)?))
    });
    let watch = move |element: &Element| {
        scroller.watch(element);
        let element = element.clone();
        at_end(move || scroller.forget(&element));
    };
    let day = day(state, place);
    let element_id = [ROW_ID, &id].concat();
    view! {
        <div id=element_id class="row" node_ref=watch>
            {part(move || {
                let name = day.get()?;
                Some(view! { <div class="day" part="heading" aria-hidden="true">{name}</div> })
            })}
            {item(inbox, state, watcher, place, id)}
        </div>
    }
}

/// The name of the day that begins with a row.
fn day(state: State, place: Place) -> Memo<Option<String>> {
    memo(move || {
        let begins = |(_, row): &(usize, Row)| row.begins_day.then_some(row.day_ms);
        let day_ms = place.with(|place| place.as_ref().and_then(begins))?;
        Some(state.locale.get()?.day(Timestamp::from_unix_ms(day_ms), state.listing.today.get()))
    })
}

/// The same as a heading for screen readers.
pub(super) fn spoken_day(state: State, place: Place) -> Part {
    let day = day(state, place);
    part(move || Some(view! { <h3 class="spoken">{day.get()?}</h3> }))
}

/// How many rows there are up to this one.
pub(super) fn position(place: Place) -> Words {
    words(move || place.with(|place| place.as_ref().map_or(0, |(index, _)| index + 1).to_string()))
}

/// How many rows there are. -1: there are more than are loaded, and how many is not known.
pub(super) fn set_size(state: State) -> Words {
    words(move || {
        let has_more = state.feed.with(|feed| feed.next_cursor(&state.list()).is_some());
        if has_more { "-1".to_owned() } else { state.listing.rows.with(|rows| rows.len()).to_string() }
    })
}

/// The button that shows what is under an item, and puts it back there.
pub(super) fn group(inbox: Handle, state: State, own: StoredValue<ItemId>, place: Place) -> When {
    let group = memo(move || place.with(|place| place.as_ref().and_then(|(_, row)| row.group)));
    let is_open = move || group.get().is_some_and(|group| group.is_open);
    let hides_unread = move || {
        let hidden = group.get().filter(|group| !group.is_open).map_or(0, |group| group.number);
        hidden > 0 && own.with_value(|own| has_unread_after(state, own, hidden))
    };
    let unread_dot = move || {
        let unread = words(move || [" · ", &state.text(Text::Unread)].concat());
        view! { <span class="hidden-unread"><span class="spoken">{unread}</span></span> }
    };
    let button = move || {
        let text = move || match group.get() {
            Some(Group { number, is_open: false }) => state.count(Text::MoreLikeThis, number as u64),
            _ => state.text(Text::ShowLess),
        };
        view! {
            <button
                class="quiet more"
                part="more"
                type="button"
                aria-expanded=spelled(is_open)
                on:click=clicked(move |event| {
                    event.stop_propagation();
                    with_inbox(inbox, |inbox| inbox.toggle_group(&own.get_value()));
                })
            >
                {part(move || Some(icon(if is_open() { UP_SMALL } else { DOWN })))}
                {words(text)}
                {when(hides_unread, unread_dot)}
            </button>
        }
    };
    when(move || group.get().is_some(), button)
}

/// Whether one of so many items after another is to be read.
fn has_unread_after(state: State, id: &str, number: usize) -> bool {
    state.listed.with(|ids| {
        let after = ids.iter().skip_while(|own| *own != id).skip(1).take(number);
        let now = state.now.get_untracked();
        state.feed.with(|feed| after.into_iter().any(|id| feed.is_unread(id, now)))
    })
}
