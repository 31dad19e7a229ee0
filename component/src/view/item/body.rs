//! The body of an item: its little markup as elements, whatever else it has as text.

use std::rc::Rc;

use leptos::ev::MouseEvent;
use notification_bell_protocol::{AddressUse, ItemId};
use web_sys::Element;

use super::unfolding::Unfolding;
use crate::{
    draw::{AnyView, view},
    inbox::Handle,
    markup::{Piece, pieces},
    signal::StoredValue,
    view::{dynamic::clicked, with_inbox},
};

pub(super) fn body(inbox: Handle, own: StoredValue<ItemId>, unfolding: Unfolding, text: &str) -> AnyView {
    let address = |text: &str| inbox.try_get_value()?.address(text, AddressUse::Link);
    let pieces = pieces(text, &|text| address(text).is_some());
    let id: Rc<str> = own.get_value().into();

    view! {
        <p id=["body-", &id].concat() class="body" part="body" node_ref=move |element: &Element| unfolding.watch(element)>
            <bdi>{drawn(inbox, &id, pieces)}</bdi>
        </p>
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
