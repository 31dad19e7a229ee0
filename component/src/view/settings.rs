//! The settings, in the place of the list: what the reader is told by, and which categories reach the inbox.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use notification_bell_protocol::CategoryPreference;

use super::{
    dynamic::{When, asks, clicked, part, pressed, said, spelled, when, words},
    icons::{BACK, GEAR, icon},
    panel::close,
    toast::toast,
    with_inbox,
};
use crate::{
    draw::{AnyView, Words, view},
    follow::memo,
    inbox::{Choices, Handle, Inbox, Permission, State},
    signal::StoredValue,
    texts::Text,
};

/// The button that leads there, once there is a user whose settings they are.
pub(super) fn gear(inbox: Handle, state: State) -> When {
    let has_user = move || state.feed.with(|feed| feed.counts().is_some());
    when(has_user, move || {
        quiet(inbox, state, ("settings-open", Text::Settings), Inbox::open_settings, icon(GEAR))
    })
}

fn quiet(
    inbox: Handle,
    state: State,
    (id, name): (&'static str, Text),
    act: fn(&Rc<Inbox>),
    face: AnyView,
) -> AnyView {
    view! {
        <button
            id=id
            class="quiet"
            type="button"
            aria-label=said(state, name)
            title=said(state, name)
            on:click=asks(inbox, act)
        >
            {face}
        </button>
    }
}

#[inline(never)]
pub(super) fn settings(inbox: Handle, state: State) -> AnyView {
    let is_turned = inbox.try_get_value().is_some_and(|inbox| inbox.is_right_to_left());
    let back = view! { <span class:turned=is_turned>{icon(BACK)}</span> };
    view! {
        <div
            class="settings"
            part="settings"
            role="group"
            aria-label=said(state, Text::Settings)
            on:keydown=pressed(move |event| press(inbox, &event))
        >
            <div class="header settings-header" part="header">
                {quiet(inbox, state, ("settings-back", Text::Back), Inbox::close_settings, back)}
                <h2 class="heading">{said(state, Text::Settings)}</h2>
                {close(inbox, state)}
            </div>
            <div class="choices">
                {part(move || ways(inbox, state))}
                {categories(inbox, state)}
            </div>
            {toast(inbox, state)}
        </div>
    }
}

/// Escape leads back to the list first. The keys that move through the list are not for here.
fn press(inbox: Handle, event: &KeyboardEvent) {
    match event.key().as_str() {
        "Escape" if !event.is_composing() && !event.default_prevented() => {
            event.prevent_default();
            with_inbox(inbox, Inbox::close_settings);
        }
        "ArrowDown" | "ArrowUp" | "Home" | "End" => event.stop_propagation(),
        _ => {}
    }
}

/// How the reader is told, as far as the page offers it and the browser can.
fn ways(inbox: Handle, state: State) -> Option<AnyView> {
    let around = state.around;
    let offered = around.offered.get();
    let sound = offered.sound.then(|| {
        let is_on = spelled(move || around.wishes.get().sound);
        let name = said(state, Text::Sound);
        switch(inbox, name, is_on, Box::new(Inbox::toggle_sound))
    });
    let has_notifications = memo(move || around.permission.get().is_some());
    let desktop = (offered.desktop && has_notifications.get()).then(|| {
        let is_on = spelled(move || {
            around.wishes.get().desktop && around.permission.get() == Some(Permission::Granted)
        });
        let name = said(state, Text::Desktop);
        let is_blocked = move || around.permission.get() == Some(Permission::Denied);
        let hint = when(is_blocked, move || hint(state, Text::DesktopBlocked));
        let switch = switch(inbox, name, is_on, Box::new(Inbox::toggle_desktop));
        view! { {switch} <div role="status">{hint}</div> }
    });
    (sound.is_some() || desktop.is_some()).then(|| view! { <div class="ways">{sound} {desktop}</div> })
}

fn hint(state: State, text: Text) -> AnyView {
    view! { <p class="choices-hint">{said(state, text)}</p> }
}

fn categories(inbox: Handle, state: State) -> AnyView {
    let choices = state.around.choices;
    // Which there are, and not what is chosen: else the switch would be another one under the focus.
    let shown = |category: &CategoryPreference| {
        (category.name.clone(), category.label.clone(), category.can_be_turned_off == Some(false))
    };
    let names = memo(move || {
        choices.with(|choices| match choices {
            Choices::Ready(preferences) => Ok(preferences.categories.iter().map(shown).collect::<Vec<_>>()),
            Choices::Loading => Err(false),
            Choices::Failed => Err(true),
        })
    });
    let list = part(move || {
        Some(match names.get() {
            Ok(names) if names.is_empty() => hint(state, Text::NoCategories),
            Ok(names) => {
                let switches: Vec<_> = names.into_iter().map(|name| category(inbox, state, name)).collect();
                view! { {hint(state, Text::SettingsHint)} {switches} }
            }
            Err(false) => skeleton(state),
            Err(true) => failed(inbox, state),
        })
    });
    view! {
        <h3 id="settings-categories" class="choices-heading">{said(state, Text::Categories)}</h3>
        <div role="group" aria-labelledby="settings-categories">{list}</div>
    }
}

/// A category: its name as it is sent, what the reader calls it, and whether it cannot be turned off.
type Shown = (String, Option<String>, bool);

fn category(inbox: Handle, state: State, (name, label, is_locked): Shown) -> AnyView {
    let label = label.unwrap_or_else(|| name.clone());
    if is_locked {
        return locked(state, label);
    }
    let name = StoredValue::new(name);
    let is_on = spelled(move || {
        state.around.choices.with(|choices| match choices {
            Choices::Ready(preferences) => name.with_value(|name| {
                preferences.categories.iter().any(|category| category.name == *name && category.enabled)
            }),
            Choices::Loading | Choices::Failed => false,
        })
    });
    let toggle = move |inbox: &Rc<Inbox>| inbox.toggle_category(&name.get_value());
    switch(inbox, words(move || label.clone()), is_on, Box::new(toggle))
}

/// A switch that stays on, and why. It takes the focus, or nobody would hear of it.
fn locked(state: State, label: String) -> AnyView {
    view! {
        <button class="switch" type="button" role="switch" aria-checked="true" aria-disabled="true">
            <span>
                <bdi>{label}</bdi>
                <span class="locked">{said(state, Text::AlwaysOn)}</span>
            </span>
            <i></i>
        </button>
    }
}

/// What a switch does.
type Toggle = Box<dyn Fn(&Rc<Inbox>)>;

/// A switch with its name; both are read as they change.
fn switch(inbox: Handle, name: Words, is_on: Words, toggle: Toggle) -> AnyView {
    view! {
        <button
            class="switch"
            type="button"
            role="switch"
            aria-checked=is_on
            on:click=clicked(move |_| with_inbox(inbox, &toggle))
        >
            <bdi>{name}</bdi>
            <i></i>
        </button>
    }
}

fn skeleton(state: State) -> AnyView {
    view! {
        <div class="loading" role="status">
            <span class="spoken">{said(state, Text::Loading)}</span>
            {(0..3).map(|_| view! { <div class="switch-skeleton" aria-hidden="true"><b></b><i></i></div> }).collect::<Vec<_>>()}
        </div>
    }
}

fn failed(inbox: Handle, state: State) -> AnyView {
    view! {
        <div class="more-failed" role="alert">
            {said(state, Text::ErrorSettings)}
            <button class="plain" type="button" on:click=asks(inbox, Inbox::load_choices)>
                {said(state, Text::Retry)}
            </button>
        </div>
    }
}
