//! What has just come in, in a corner of the screen. Not announced: the live region has said it already.

use leptos::ev::{KeyboardEvent, MouseEvent};
use notification_bell_protocol::ItemId;

use super::{
    dynamic::{asks, clicked, flag, part, pressed, said, words},
    icons::{CLOSE, icon},
    picture::avatar,
    with_inbox,
};
use crate::{
    arrivals::{Arrival, PLACES},
    draw::{AnyView, view},
    follow::memo,
    inbox::{Handle, Inbox, State},
    options::ToastPlace,
    signal::StoredValue,
    texts::Text,
};

pub(super) fn arrivals(inbox: Handle, state: State) -> AnyView {
    let place = words(move || {
        let corner = match state.around.toast_place.get() {
            Some(ToastPlace::BottomStart) => "arrivals at-start",
            Some(ToastPlace::TopEnd) => "arrivals at-top",
            Some(ToastPlace::TopStart) => "arrivals at-top at-start",
            Some(ToastPlace::BottomEnd) | None => "arrivals",
        };
        let scheme = if state.follows_system.get() { " follows-system" } else { "" };
        [corner, scheme].concat()
    });
    let places: Vec<_> = (0..PLACES).map(|place| arrival(inbox, state, place)).collect();
    view! {
        <div
            id="arrivals"
            class=place
            part="toasts"
            popover="manual"
            role="group"
            aria-label=said(state, Text::Notifications)
            on:mouseenter=asks(inbox, |inbox| inbox.hold_arrivals())
            on:mouseleave=asks(inbox, Inbox::let_arrivals_go)
            on:focusin=asks(inbox, |inbox| inbox.hold_arrivals())
            on:focusout=asks(inbox, Inbox::let_arrivals_go)
        >
            {places}
        </div>
    }
}

/// One of the places, which draws what is in it once.
fn arrival(inbox: Handle, state: State, place: usize) -> AnyView {
    let arrivals = state.around.arrivals;
    let here = memo(move || arrivals.with(|arrivals| arrivals.at(place).cloned()));
    let rank = words(move || {
        let rank = arrivals.with(|arrivals| arrivals.rank(place));
        ["place rank-", &rank.to_string()].concat()
    });
    view! {
        <div class=rank hidden=flag(move || here.with(Option::is_none))>
            {part(move || toast(inbox, state, here.get()?))}
        </div>
    }
}

#[inline(never)]
fn toast(inbox: Handle, state: State, arrival: Arrival) -> Option<AnyView> {
    let item = state.feed.with_untracked(|feed| feed.item(&arrival.id))?;
    let body = item.body.as_deref().and_then(|body| Some(inbox.try_get_value()?.plain_body(body)));
    let id: StoredValue<ItemId> = StoredValue::new(arrival.id);
    let dismiss = move |by_keyboard: bool| {
        with_inbox(inbox, |inbox| inbox.dismiss(&id.get_value(), by_keyboard));
    };
    // A button says so with a click that no mouse has made.
    let is_by_keyboard = |event: &MouseEvent| event.detail() == 0;
    let act = move |event: MouseEvent| {
        let is_by_keyboard = is_by_keyboard(&event);
        with_inbox(inbox, |inbox| inbox.act(&id.get_value(), None, false));
        dismiss(is_by_keyboard);
    };
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            dismiss(true);
        }
    };
    let important = arrival.stays.then(|| {
        view! { <span class="priority">{said(state, Text::Important)}</span> }
    });
    let body = body.map(|body| view! { <bdi class="body" part="body">{body}</bdi> });
    Some(view! {
        <div class="arrival" class:stays=arrival.stays part="toast-item" on:keydown=pressed(leave)>
            <button class="face" type="button" on:click=clicked(act)>
                {avatar(inbox, &item)}
                <span class="text">
                    {important}
                    <bdi class="title" part="title">{item.title}</bdi>
                    {body}
                </span>
            </button>
            <button
                class="quiet"
                type="button"
                aria-label=said(state, Text::Dismiss)
                title=said(state, Text::Dismiss)
                on:click=clicked(move |event| dismiss(is_by_keyboard(&event)))
            >
                {icon(CLOSE)}
            </button>
        </div>
    })
}
