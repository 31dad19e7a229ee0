//! Values of attributes, and classes: what is in a box is kept as it is read.

use web_sys::Element;

use super::{Words, child::Flag, keep};

/// What can be the value of an attribute.
pub(crate) trait Attribute {
    /// Gives the element the attribute.
    fn keep(self, element: &Element, name: &'static str);
}

impl Attribute for &str {
    fn keep(self, element: &Element, name: &'static str) {
        let _ = element.set_attribute(name, self);
    }
}

impl Attribute for String {
    fn keep(self, element: &Element, name: &'static str) {
        self.as_str().keep(element, name);
    }
}

impl Attribute for Words {
    fn keep(mut self, element: &Element, name: &'static str) {
        let element = element.clone();
        let mut last = None;
        keep(Box::new(move || {
            let words = Some(self.now());
            if words != last {
                words.as_deref().keep(&element, name);
                last = words;
            }
        }));
    }
}

/// There, without a value, or not.
impl Attribute for Flag {
    fn keep(mut self, element: &Element, name: &'static str) {
        let element = element.clone();
        keep(Box::new(move || {
            let _ = element.toggle_attribute_with_force(name, self.now());
        }));
    }
}

impl<A: Attribute> Attribute for Option<A> {
    fn keep(self, element: &Element, name: &'static str) {
        if let Some(value) = self {
            value.keep(element, name);
        }
    }
}

/// What says whether an element has a class.
pub(crate) trait Class {
    /// Gives it to the element, or not.
    fn keep(self, element: &Element, class: &'static str);
}

impl Class for bool {
    fn keep(self, element: &Element, class: &'static str) {
        let _ = element.class_list().toggle_with_force(class, self);
    }
}

impl Class for Flag {
    fn keep(mut self, element: &Element, class: &'static str) {
        let element = element.clone();
        let mut last = None;
        keep(Box::new(move || {
            let is_on = self.now();
            if last != Some(is_on) {
                Class::keep(is_on, &element, class);
                last = Some(is_on);
            }
        }));
    }
}
