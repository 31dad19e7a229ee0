//! The row of categories under the tabs: one is shown, or all.
//!
//! A group of radio buttons and not of tabs: the list stays the one of its tab, with less in it.

use leptos::ev::KeyboardEvent;

use super::{
    dynamic::{When, clicked, pressed, said, spelled, when, words},
    with_inbox,
};
use crate::{
    draw::{AnyView, each, view},
    follow::{follow, memo},
    inbox::{Handle, Inbox, State, unread_of},
    signal::{Memo, StoredValue},
    texts::Text,
};

/// What starts the id of a category's button; its name is the rest, and that of all is empty.
const CATEGORY_ID: &str = "category-";
/// With fewer, there is nothing to choose from.
const NUMBER_MIN: usize = 2;

/// All, and then each.
type Names = Vec<Option<String>>;

pub(super) fn categories(inbox: Handle, state: State) -> When {
    let known = memo(move || state.feed.with(|feed| feed.categories().to_vec()));
    let has_any = memo(move || !known.with(Vec::is_empty));
    follow(move || {
        if has_any.get() {
            with_inbox(inbox, Inbox::learn_categories);
        }
    });
    let names = memo(move || {
        let mut known = known.get();
        known.retain(|name| {
            let is_chosen = state.category.with(|own| own.as_ref() == Some(name));
            is_chosen || state.around.category(name, |own| own.enabled) != Some(false)
        });
        let has_choice = known.len() >= NUMBER_MIN || state.category.with(Option::is_some);
        let mut names: Names = vec![None];
        names.extend(known.into_iter().map(Some));
        if has_choice { names } else { Names::new() }
    });
    when(move || !names.with(Vec::is_empty), move || row(inbox, state, names))
}

fn row(inbox: Handle, state: State, names: Memo<Names>) -> AnyView {
    view! {
        <div
            class="categories"
            part="categories"
            role="radiogroup"
            aria-label=said(state, Text::Categories)
            on:keydown=pressed(move |event| step(inbox, state, names, &event))
        >
            {each(
                move || names.get().into_iter().map(Option::unwrap_or_default).collect(),
                move |name| category(inbox, state, Some(name).filter(|name| !name.is_empty())),
            )}
        </div>
    }
}

fn id_of(name: Option<&str>) -> String {
    [CATEGORY_ID, name.unwrap_or_default()].concat()
}

fn category(inbox: Handle, state: State, name: Option<String>) -> AnyView {
    let id = id_of(name.as_deref());
    let name = StoredValue::new(name);
    let is_chosen = memo(move || name.with_value(|name| state.category.with(|own| own == name)));
    // The numbers are of the inbox: beside another list they would be wrong.
    let unread = memo(move || {
        if state.is_inbox() {
            name.with_value(|name| state.counts.with(|counts| unread_of(counts.as_ref(), name.as_deref())))
        } else {
            0
        }
    });
    view! {
        <button
            id=id
            class="chip"
            part="category"
            type="button"
            role="radio"
            aria-checked=spelled(move || is_chosen.get())
            tabindex=words(move || (if is_chosen.get() { "0" } else { "-1" }).to_owned())
            on:click=clicked(move |_| with_inbox(inbox, |inbox| inbox.show_category(name.get_value())))
        >
            <bdi>{words(move || match name.get_value() {
                Some(name) => state.around.label(&name),
                None => state.text(Text::AllCategories),
            })}</bdi>
            {when(move || unread.get() > 0, move || view! {
                <span class="count">{words(move || state.number(unread.get().min(999)))}</span>
            })}
        </button>
    }
}

/// Left and Right go through the categories, in the direction of the text; Home and End to the ends.
fn step(inbox: Handle, state: State, names: Memo<Names>, event: &KeyboardEvent) {
    let key = event.key();
    let names = names.get_untracked();
    let place = state.category.with_untracked(|own| names.iter().position(|name| name == own));
    let (place, last) = (place.unwrap_or_default(), names.len().saturating_sub(1));
    with_inbox(inbox, |inbox| {
        let is_forward = |key: &str| (key == "ArrowRight") != inbox.is_right_to_left();
        let index = match key.as_str() {
            "Home" => 0,
            "End" => last,
            "ArrowLeft" | "ArrowRight" if is_forward(&key) => {
                if place == last {
                    0
                } else {
                    place + 1
                }
            }
            "ArrowLeft" | "ArrowRight" => {
                if place == 0 {
                    last
                } else {
                    place - 1
                }
            }
            _ => return,
        };
        // The panel would take Home and End for the list's.
        event.prevent_default();
        if let Some(name) = names.get(index) {
            inbox.show_category(name.clone());
            inbox.focus_id(&id_of(name.as_deref()));
        }
    });
}
