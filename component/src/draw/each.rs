//! One element for each of several keys, which stays the same one for as long as its key is there.

use leptos::prelude::*;
use web_sys::Node;

use super::{
    AnyView, Child,
    child::{Changing, mark},
    keep,
};

/// What `each` makes.
pub(crate) struct Each {
    keys: Box<dyn Changing<Vec<String>>>,
    draw: Box<dyn Fn(String) -> AnyView>,
}

/// Draws an element for each key, in the order of the keys. No key may be there twice.
pub(crate) fn each(
    keys: impl FnMut() -> Vec<String> + 'static,
    draw: impl Fn(String) -> AnyView + 'static,
) -> Each {
    Each { keys: Box::new(keys), draw: Box::new(draw) }
}

/// What is drawn of one key. What was set up for it ends with it.
struct Drawn {
    key: String,
    node: Node,
    owner: Owner,
}

impl Child for Each {
    fn place(self, place: &Node) {
        let Self { mut keys, draw } = self;
        let Some(parent) = Owner::current() else { return };
        let (begin, end) = (mark(place), mark(place));
        let mut all: Vec<Drawn> = Vec::new();
        keep(Box::new(move || {
            let keys = keys.now();
            let Some(place) = end.parent_node() else { return };
            all.retain(|drawn| {
                let is_kept = keys.contains(&drawn.key);
                if !is_kept {
                    drawn.owner.cleanup();
                    let _ = place.remove_child(&drawn.node);
                }
                is_kept
            });
            // What stands in the way of the next: the one to be moved is the one that has left its place, as moving
            // takes the focus away.
            let mut next = begin.next_sibling();
            let mut before = std::mem::take(&mut all);
            for key in keys {
                let drawn = match before.iter().position(|drawn| drawn.key == key) {
                    Some(index) => before.swap_remove(index),
                    None => new(&parent, &draw, key),
                };
                let after = next.as_ref().and_then(Node::next_sibling);
                if after.as_ref() == Some(&drawn.node) {
                    next = after;
                }
                if next.as_ref() == Some(&drawn.node) {
                    next = drawn.node.next_sibling();
                } else {
                    let _ = place.insert_before(&drawn.node, next.as_ref());
                }
                all.push(drawn);
            }
        }));
    }
}

fn new(parent: &Owner, draw: &dyn Fn(String) -> AnyView, key: String) -> Drawn {
    let owner = parent.child();
    let AnyView(node) = owner.with(|| untrack(|| draw(key.clone())));
    Drawn { key, node, owner }
}
