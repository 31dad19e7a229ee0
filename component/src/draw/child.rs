//! What can stand within an element.

use leptos::prelude::{Owner, untrack};
use wasm_bindgen::JsCast;
use web_sys::Node;

use super::{AnyView, document, keep};

/// What is another at times, and is asked for what it is then.
///
/// Not a closure as it is: each has three functions in its table, of which one is called.
pub(crate) trait Changing<T> {
    /// What it is now.
    fn now(&mut self) -> T;
}

impl<T, F: FnMut() -> T> Changing<T> for F {
    fn now(&mut self) -> T {
        self()
    }
}

/// A text that changes.
pub(crate) type Words = Box<dyn Changing<String>>;
/// A yes or no that changes.
pub(crate) type Flag = Box<dyn Changing<bool>>;
/// Nodes that change, or are not there at all.
pub(crate) type Part = Box<dyn Changing<Option<AnyView>>>;

/// Nodes that are there or not, and stay the same ones while they are there.
pub(crate) struct When {
    pub(crate) is_there: Flag,
    pub(crate) draw: Box<dyn Changing<AnyView>>,
}

/// What can stand within an element.
pub(crate) trait Child {
    /// Puts it at the end of what is there.
    fn place(self, place: &Node);
}

impl Child for AnyView {
    fn place(self, place: &Node) {
        let _ = place.append_child(&self.0);
    }
}

impl Child for &str {
    fn place(self, place: &Node) {
        let _ = place.append_child(&document().create_text_node(self));
    }
}

impl Child for String {
    fn place(self, place: &Node) {
        self.as_str().place(place);
    }
}

impl Child for Words {
    fn place(mut self, place: &Node) {
        let text = document().create_text_node("");
        let _ = place.append_child(&text);
        let mut last = String::new();
        keep(Box::new(move || {
            let words = self.now();
            if words != last {
                text.set_data(&words);
                last = words;
            }
        }));
    }
}

impl Child for Part {
    fn place(mut self, place: &Node) {
        let (begin, end) = (mark(place), mark(place));
        keep(Box::new(move || {
            let view = self.now();
            clear(&begin, &end);
            if let Some(view) = view {
                put(view, &end);
            }
        }));
    }
}

impl Child for When {
    fn place(self, place: &Node) {
        let Self { mut is_there, mut draw } = self;
        let Some(parent) = Owner::current() else { return };
        let (begin, end) = (mark(place), mark(place));
        let mut owner: Option<Owner> = None;
        keep(Box::new(move || {
            let is_there = is_there.now();
            if is_there == owner.is_some() {
                return;
            }
            match owner.take() {
                Some(owner) => owner.cleanup(),
                None => owner = Some(parent.child()),
            }
            clear(&begin, &end);
            if let Some(owner) = &owner {
                put(owner.with(|| untrack(|| draw.now())), &end);
            }
        }));
    }
}

impl<C: Child> Child for Option<C> {
    fn place(self, place: &Node) {
        if let Some(child) = self {
            child.place(place);
        }
    }
}

impl<C: Child> Child for Vec<C> {
    fn place(self, place: &Node) {
        for child in self {
            child.place(place);
        }
    }
}

/// Puts down a node that nobody sees, to find a place by.
pub(super) fn mark(place: &Node) -> Node {
    let mark: Node = document().create_comment("").unchecked_into();
    let _ = place.append_child(&mark);
    mark
}

fn put(AnyView(node): AnyView, end: &Node) {
    if let Some(place) = end.parent_node() {
        let _ = place.insert_before(&node, Some(end));
    }
}

/// Takes out all that is between two nodes.
fn clear(begin: &Node, end: &Node) {
    while let Some(node) = begin.next_sibling()
        && node != *end
    {
        if let Some(place) = node.parent_node() {
            let _ = place.remove_child(&node);
        }
    }
}
