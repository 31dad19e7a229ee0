//! The body of an item: its little markup as elements, whatever else it has as text.

use std::rc::Rc;

use leptos::{ev::MouseEvent, prelude::*};
use notification_bell_protocol::AddressUse;

use crate::{
    inbox::Handle,
    markup::{Piece, pieces},
    view::{dynamic::clicked, with_inbox},
};

pub(super) fn body(inbox: Handle, id: &str, text: &str) -> AnyView {
    let address = |text: &str| inbox.try_get_value()?.address(text, AddressUse::Link);
    let pieces = pieces(text, &|text| address(text).is_some());
    let id: Rc<str> = id.into();
    view! { <p class="body" part="body"><bdi>{drawn(inbox, &id, pieces)}</bdi></p> }.into_any()
}

fn drawn(inbox: Handle, id: &Rc<str>, pieces: Vec<Piece>) -> Vec<AnyView> {
    let draw = |piece| match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Code(text) => view! { <code>{text}</code> }.into_any(),
        Piece::Strong(inner) => view! { <strong>{drawn(inbox, id, inner)}</strong> }.into_any(),
        Piece::Emphasis(inner) => view! { <em>{drawn(inbox, id, inner)}</em> }.into_any(),
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
        .into_any()
}
