//! The menu of times that an item can be put off to, and the field for a time of one's own.

use std::rc::Rc;

use leptos::{
    ev::{Event, FocusEvent, KeyboardEvent},
    prelude::{event_target_value, untrack},
};
use notification_bell_protocol::{ItemId, Timestamp};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use super::{
    dynamic::{clicked, flag, heard, pressed, said, words},
    with_inbox,
};
use crate::{
    calendar::{for_field, of_field},
    draw::{AnyView, view},
    inbox::{Handle, Inbox, Snoozing, State},
    signal::{RwSignal, StoredValue},
    snooze::latest,
    texts::Text,
};

/// What a choice does.
type Act = Box<dyn Fn(&Rc<Inbox>)>;

pub(super) fn snooze(inbox: Handle, state: State) -> Option<AnyView> {
    let snoozing = state.snoozing.get()?;
    Some(popup(inbox, state, snoozing))
}

#[inline(never)]
fn popup(inbox: Handle, state: State, Snoozing { id, is_own }: Snoozing) -> AnyView {
    let id = StoredValue::new(id);
    let contents = if is_own { field(inbox, state, id) } else { menu(inbox, state, id) };
    view! {
        <div
            id="snooze"
            class="popup"
            popover="manual"
            tabindex="-1"
            on:keydown=pressed(move |event| press(inbox, &event))
            on:focusout=heard(move |event| leave(inbox, id, &event))
        >
            {contents}
        </div>
    }
}

fn menu(inbox: Handle, state: State, id: StoredValue<ItemId>) -> AnyView {
    let offers = inbox.try_get_value().map(|inbox| inbox.snooze_offers()).unwrap_or_default();
    let mut items: Vec<_> = offers
        .into_iter()
        .map(|offer| {
            let choose = move |inbox: &Rc<Inbox>| inbox.snooze(&id.get_value(), offer.until);
            choice(inbox, state.text(offer.text), offer.when, Box::new(choose))
        })
        .collect();
    let own = move |inbox: &Rc<Inbox>| inbox.choose_own_time(&id.get_value());
    items.push(choice(inbox, state.text(Text::SnoozeOwn), String::new(), Box::new(own)));
    view! { <div role="menu" aria-label=state.text(Text::Snooze)>{items}</div> }
}

fn choice(inbox: Handle, name: String, when: String, act: Act) -> AnyView {
    view! {
        <button
            class="choice"
            type="button"
            role="menuitem"
            tabindex="-1"
            on:click=clicked(move |_| with_inbox(inbox, &act))
        >
            <span>{name}</span>
            <span class="when">{when}</span>
        </button>
    }
}

fn field(inbox: Handle, state: State, id: StoredValue<ItemId>) -> AnyView {
    // What comes after the hour and the evening is a day.
    let proposed = inbox.try_get_value().and_then(|inbox| Some(inbox.snooze_offers().pop()?.until));
    let chosen = RwSignal::new(proposed);
    let refusal = move || inbox.try_get_value()?.snooze_refusal(chosen.get()?);
    let allowed = move || -> Option<Timestamp> { chosen.get().filter(|_| refusal().is_none()) };
    let now = state.now.get_untracked();
    let accept = move || {
        if let Some(until) = untrack(allowed) {
            with_inbox(inbox, |inbox| inbox.snooze(&id.get_value(), until));
        }
    };
    view! {
        <div class="own" role="group" aria-label=state.text(Text::Snooze)>
            <label for="snooze-time">{state.text(Text::SnoozeTime)}</label>
            <input
                id="snooze-time"
                type="datetime-local"
                aria-describedby="snooze-refusal"
                min=for_field(now)
                max=for_field(latest(now))
                value=proposed.map(for_field)
                on:input=heard(move |event: Event| chosen.set(of_field(&event_target_value(&event))))
                on:keydown=pressed(move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        accept();
                    }
                })
            />
            <p id="snooze-refusal" role="status">
                {words(move || refusal().map(|text| state.text(text)).unwrap_or_default())}
            </p>
            <button
                class="plain primary"
                type="button"
                disabled=flag(move || allowed().is_none())
                on:click=clicked(move |_| accept())
            >
                {said(state, Text::Snooze)}
            </button>
        </div>
    }
}

/// Up and Down, Home and End go through the menu, Escape and Tab close it. None of it is the panel's or the page's.
fn press(inbox: Handle, event: &KeyboardEvent) {
    event.stop_propagation();
    let key = event.key();
    let popup = event.current_target().and_then(|popup| popup.dyn_into::<Element>().ok());
    let choices = popup.and_then(|popup| popup.query_selector_all("[role=menuitem]").ok());
    let length = choices.as_ref().map_or(0, web_sys::NodeList::length);
    if key == "Escape" || (key == "Tab" && length > 0) {
        event.prevent_default();
        with_inbox(inbox, |inbox| inbox.close_snoozing());
        return;
    }
    let Some(choices) = choices.filter(|_| length > 0) else { return };
    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
    let place = (0..length).find(|index| choices.get(*index) == target);
    let next = match key.as_str() {
        "ArrowDown" => place.map_or(0, |place| (place + 1) % length),
        "ArrowUp" => place.map_or(length, |place| place + length) - 1,
        "Home" => 0,
        "End" => length - 1,
        _ => return,
    };
    event.prevent_default();
    if let Some(choice) = choices.get(next % length).and_then(|choice| choice.dyn_into::<HtmlElement>().ok())
    {
        let _ = choice.focus();
    }
}

/// Closes the menu when the focus goes elsewhere in the page; the button that it is of does so itself.
fn leave(inbox: Handle, id: StoredValue<ItemId>, event: &FocusEvent) {
    let Some(to) = event.related_target().and_then(|to| to.dyn_into::<Element>().ok()) else { return };
    let popup = event.current_target().and_then(|popup| popup.dyn_into::<Node>().ok());
    let is_within = popup.is_some_and(|popup| popup.contains(Some(&to)));
    if !is_within && id.with_value(|id| to.id().strip_prefix("snooze-") != Some(id)) {
        with_inbox(inbox, |inbox| {
            inbox.end_snoozing();
        });
    }
}
