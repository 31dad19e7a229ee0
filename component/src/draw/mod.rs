//! What `view!` draws with: nodes made at once, and boxes that keep in step what changes of them.
//!
//! It takes the place of Leptos' own renderer, of which there is a copy for each type that it draws (`docs/SIZE.md`).
//! Owners, signals and effects are Leptos': what is drawn belongs to the owner that is current, and is no longer kept in
//! step once that is cleaned up. Texts and attributes alone are compared with what stood there before: a part that is
//! drawn anew is other nodes. So whatever may have the focus is drawn once, and changes within.

mod attribute;
mod child;
mod each;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, UnwrapThrowExt, prelude::Closure};
use web_sys::{Document, DocumentFragment, Element, Event, HtmlElement, Node};

pub(crate) use attribute::{Attribute, Class};
pub(crate) use child::{Child, Flag, Part, When, Words};
pub(crate) use each::each;
pub(crate) use notification_bell_view::view;

const SVG: &str = "http://www.w3.org/2000/svg";

/// What a view has drawn: an element, or several nodes side by side.
pub(crate) struct AnyView(Node);

impl AnyView {
    /// Puts it at the end of a node.
    pub(crate) fn mount(self, place: &Node) {
        self.place(place);
    }
}

impl From<Element> for AnyView {
    fn from(element: Element) -> Self {
        Self(element.into())
    }
}

impl From<DocumentFragment> for AnyView {
    fn from(fragment: DocumentFragment) -> Self {
        Self(fragment.into())
    }
}

fn document() -> Document {
    leptos::prelude::document()
}

/// Makes an element with what never changes of it.
pub(crate) fn element(name: &str, attributes: &[(&str, &str)]) -> Element {
    with_attributes(document().create_element(name).unwrap_throw(), attributes)
}

/// The same for a drawing.
pub(crate) fn of_svg(name: &str, attributes: &[(&str, &str)]) -> Element {
    with_attributes(document().create_element_ns(Some(SVG), name).unwrap_throw(), attributes)
}

fn with_attributes(element: Element, attributes: &[(&str, &str)]) -> Element {
    for (name, value) in attributes {
        let _ = element.set_attribute(name, value);
    }
    element
}

/// Holds several nodes until they have a place.
pub(crate) fn fragment() -> DocumentFragment {
    document().create_document_fragment()
}

/// Sets a property by the CSSOM: a `style` attribute may be forbidden by the page.
pub(crate) fn style(element: &Element, property: &str, value: &str) {
    let _ = element.unchecked_ref::<HtmlElement>().style().set_property(property, value);
}

/// What an event does.
pub(crate) type Listener = Box<dyn FnMut(Event)>;

/// Calls `act` for each event of a name, for as long as the element is there.
pub(crate) fn listen(element: &Element, name: &str, act: Listener) {
    // The browser lets go of it together with the element.
    let act = Closure::wrap(act).into_js_value();
    let _ = element.add_event_listener_with_callback(name, act.unchecked_ref());
}

/// Does something when what is drawn is taken out.
pub(crate) fn at_end(act: impl FnOnce() + 'static) {
    at_end_of_owner(Box::new(act));
}

fn at_end_of_owner(act: Box<dyn FnOnce()>) {
    // There is one thread.
    let act = SendWrapper::new(act);
    on_cleanup(move || act.take()());
}

/// Runs at once, and again whenever something that it has read is another, until the owner is cleaned up.
fn keep(mut run: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_| run());
    on_cleanup(move || drop(effect));
}
