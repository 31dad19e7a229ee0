//! The body of an item: its little markup as elements, whatever else it has as text; two lines, or all of it.

use std::rc::Rc;

use leptos::ev::MouseEvent;
use notification_bell_protocol::{AddressUse, ItemId};
use web_sys::Element;

use crate::{
    draw::{AnyView, view},
    follow::memo,
    inbox::{Handle, State},
    markup::{Piece, pieces},
    signal::{Memo, RwSignal, StoredValue},
    task::{Task, sleep_ms},
    texts::Text,
    view::{
        dynamic::{clicked, flag, when, words},
        sizes::Sizes,
        with_inbox,
    },
};

/// What a line may have too much without being cut: a mark that is higher than its text.
const TOLERANCE: i32 = 4;

pub(super) fn body(inbox: Handle, state: State, own: StoredValue<ItemId>, text: &str) -> AnyView {
    let address = |text: &str| inbox.try_get_value()?.address(text, AddressUse::Link);
    let pieces = pieces(text, &|text| address(text).is_some());
    let id: Rc<str> = own.get_value().into();

    let is_expanded =
        memo(move || own.with_value(|own| state.handling().expanded.with(|ids| ids.contains(own))));
    let is_cut = RwSignal::new(false);
    let resizes = StoredValue::new(None);
    let measuring = StoredValue::new(None);
    let listen = move |element: &Element| {
        let measured = element.clone();
        let measure = move || {
            // In full, nothing is cut, and nothing can be said of how it would be otherwise.
            if is_expanded.try_get_untracked() == Some(false) {
                let is_now = measured.scroll_height() > measured.client_height() + TOLERANCE;
                if is_cut.try_get_untracked() != Some(is_now) {
                    is_cut.set(is_now);
                }
            }
        };
        let listening = Sizes::new(move |_| {
            let measure = measure.clone();
            // Not from within: the button changes the sizes that are being told, and the page would hear of an error.
            let soon = Task::spawn(async move {
                sleep_ms(0.0).await;
                measure();
            });
            measuring.set_value(Some(soon));
        });
        if let Some(listening) = &listening {
            listening.watch(element);
        }
        resizes.set_value(listening);
    };
    view! {
        <p id=["body-", &id].concat() class="body" class:whole=flag(move || is_expanded.get()) part="body" node_ref=listen>
            <bdi>{drawn(inbox, &id, pieces)}</bdi>
        </p>
        {when(move || is_cut.get() || is_expanded.get(), move || more(state, own, is_expanded))}
    }
}

/// Shows all of it, or no longer.
fn more(state: State, own: StoredValue<ItemId>, is_expanded: Memo<bool>) -> AnyView {
    let toggle = move |event: MouseEvent| {
        event.stop_propagation();
        let id = own.get_value();
        let is_whole = is_expanded.get_untracked();
        state
            .handling()
            .expanded
            .update(|ids| if is_whole { ids.retain(|own| *own != id) } else { ids.push(id) });
    };
    view! {
        <button class="unfold" type="button" on:click=clicked(toggle)>
            {words(move || state.text(if is_expanded.get() { Text::ShowLess } else { Text::ShowMore }))}
        </button>
    }
}
fn drawn(inbox: Handle, id: &Rc<str>, pieces: Vec<Piece>) -> Vec<AnyView> {
    let draw = |piece| match piece {
        Piece::Text(text) => view! { {text} },
        Piece::Code(text) => view! { <code>{text}</code> },
        Piece::Strong(inner) => view! { <strong>{drawn(inbox, id, inner)}</strong> },
        Piece::Emphasis(inner) => view! { <em>{drawn(inbox, id, inner)}</em> },
        Piece::Link(inner, address) => link(inbox, id, drawn(inbox, id, inner), address),
    };
    pieces.into_iter().map(draw).collect()
}

/// A link acts as its item does, and leads to an address of its own.
fn link(inbox: Handle, id: &Rc<str>, inner: Vec<AnyView>, address: String) -> AnyView {
    let id = Rc::clone(id);
    let href = inbox.try_get_value().and_then(|inbox| inbox.address(&address, AddressUse::Link));
    let follow = move |event: MouseEvent| {
        event.stop_propagation();
        let is_aside = super::is_aside(&event);
        if !is_aside {
            event.prevent_default();
        }
        with_inbox(inbox, |inbox| inbox.act(&id, Some(&address), is_aside));
    };
    view! { <a class="link" href=href rel="noopener noreferrer" on:click=clicked(follow)>{inner}</a> }
}
