//! Macros of the element: `view!`, in the language of Leptos' macro of that name, and `style!`.
//!
//! Leptos makes a type of each element, attribute and closure, and the compiler another copy of its renderer for each
//! type. What this macro writes calls a few functions, which are there once (`draw` in the component); what is constant
//! of an element is a table and no code. `docs/SIZE.md` says how much that is.

mod style;

use std::{fs, path::Path};

use proc_macro::TokenStream as Input;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use rstml::{
    Infallible,
    node::{KeyedAttribute, KeyedAttributeValue, Node, NodeAttribute, NodeBlock, NodeElement},
};
use syn::{Block, Expr, LitStr, Stmt, Token, parse::Parser, punctuated::Punctuated};

/// Elements that are in the namespace of SVG.
const OF_SVG: [&str; 2] = ["svg", "path"];

/// Draws what is written in the place of the macro, once and at once, as a `draw::AnyView`; what is in boxes of
/// `view::dynamic` is kept as it is read.
///
/// `name="text"` and `name=value` are attributes, `class:name=flag` and `style:name=text` one class and one property,
/// `on:name=act` an event, `node_ref=act` is called with the element, before what is in it is drawn; `{value}` is whatever is a `draw::Child`.
#[proc_macro]
pub fn view(input: Input) -> Input {
    let drawn = rstml::parse2(input.into()).and_then(|nodes| match nodes.as_slice() {
        [Node::Element(element)] => drawn(element),
        nodes => fragment(nodes),
    });
    drawn.unwrap_or_else(|fault| fault.to_compile_error()).into()
}

/// The style sheets at paths within the package, as one text without what only their authors need.
#[proc_macro]
pub fn style(input: Input) -> Input {
    let paths = Punctuated::<LitStr, Token![,]>::parse_terminated.parse(input);
    paths.and_then(|paths| style_of(&paths)).unwrap_or_else(|fault| fault.to_compile_error()).into()
}

fn style_of(paths: &Punctuated<LitStr, Token![,]>) -> syn::Result<TokenStream> {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let sheet = |path: &LitStr| {
        let fault = |fault| syn::Error::new_spanned(path, fault);
        fs::read_to_string(Path::new(&package).join(path.value())).map_err(fault)
    };
    let sheets: String = paths.iter().map(sheet).collect::<syn::Result<_>>()?;
    let short = style::shortened(&sheets);
    let paths = paths.iter();
    // The constant has the compiler look at the files again when they have changed.
    Ok(quote! {{
        const _: &[&str] = &[#(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", #paths))),*];
        #short
    }})
}

/// Of all that the macro names, this alone is not visible to what is written in it.
fn place() -> Ident {
    Ident::new("place", Span::mixed_site())
}

fn fragment(nodes: &[Node]) -> syn::Result<TokenStream> {
    let place = place();
    let children = children(nodes)?;
    Ok(quote! {{
        let #place = crate::draw::fragment();
        #children
        crate::draw::AnyView::from(#place)
    }})
}

fn drawn(element: &NodeElement<Infallible>) -> syn::Result<TokenStream> {
    let place = place();
    let name = element.name().to_string();
    let make = format_ident!("{}", if OF_SVG.contains(&name.as_str()) { "of_svg" } else { "element" });
    let (mut constant, mut set) = (Vec::new(), TokenStream::new());
    for attribute in element.attributes() {
        let NodeAttribute::Attribute(attribute) = attribute else {
            return Err(syn::Error::new_spanned(attribute, "an attribute has a name"));
        };
        let name = attribute.key.to_string();
        match text_of(attribute) {
            Some(text) if !name.contains([':', '_']) => constant.push(quote! { (#name, #text) }),
            _ => set.extend(attribute_set(&name, attribute)?),
        }
    }
    let children = children(&element.children)?;
    Ok(quote! {{
        let #place = crate::draw::#make(#name, &[#(#constant),*]);
        #set
        #children
        crate::draw::AnyView::from(#place)
    }})
}

/// The value of an attribute, if it is known here: without one, it is empty.
fn text_of(attribute: &KeyedAttribute) -> Option<String> {
    match attribute.possible_value {
        KeyedAttributeValue::None => Some(String::new()),
        _ => attribute.value_literal_string(),
    }
}

fn attribute_set(name: &str, attribute: &KeyedAttribute) -> syn::Result<TokenStream> {
    let place = place();
    let value =
        attribute.value().ok_or_else(|| syn::Error::new_spanned(attribute, "there has to be a value"))?;
    Ok(match name.split_once(':') {
        Some(("class", class)) => quote! { crate::draw::Class::keep(#value, &#place, #class); },
        Some(("style", property)) => quote! { crate::draw::style(&#place, #property, #value); },
        Some(("on", event)) => quote! { crate::draw::listen(&#place, #event, #value); },
        Some(_) => return Err(syn::Error::new_spanned(attribute, "this kind of attribute is not known")),
        None if name == "node_ref" => quote! { (#value)(&#place); },
        None => quote! { crate::draw::Attribute::keep(#value, &#place, #name); },
    })
}

fn children(nodes: &[Node]) -> syn::Result<TokenStream> {
    let place = place();
    let child = |node: &Node| {
        let child = match node {
            Node::Element(element) => drawn(element)?,
            Node::Block(NodeBlock::ValidBlock(block)) => value_of(block),
            Node::Text(text) => {
                let text = text.value_string();
                quote! { #text }
            }
            Node::Comment(_) => return Ok(TokenStream::new()),
            _ => return Err(syn::Error::new_spanned(node, "this kind of node is not known")),
        };
        Ok(quote! { crate::draw::Child::place(#child, &#place); })
    };
    nodes.iter().map(child).collect()
}

/// What is in braces, without them if that is the same.
fn value_of(block: &Block) -> TokenStream {
    let alone: Option<&Expr> = match block.stmts.as_slice() {
        [Stmt::Expr(value, None)] => Some(value),
        _ => None,
    };
    alone.map_or_else(|| quote! { #block }, |value| quote! { #value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(view: TokenStream) -> Result<String, String> {
        let nodes = rstml::parse2(view).unwrap();
        fragment(&nodes).map(|written| written.to_string()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_is_constant_is_in_a_table_and_the_rest_is_kept() {
        let written =
            written(quote! { <p class="a" hidden title=words class:b=flag on:click=act>{inner}</p> });
        let written = written.unwrap();
        assert!(written.contains(r#"element ("p" , & [("class" , "a") , ("hidden" , "")])"#), "{written}");
        for part in [
            r#"(words , & place , "title")"#,
            r#"(flag , & place , "b")"#,
            r#"& place , "click" , act"#,
            "(inner ,",
        ] {
            assert!(written.contains(part), "{part} in {written}");
        }
    }

    #[test]
    fn drawings_are_in_their_namespace() {
        assert!(written(quote! { <svg><path d=path></path></svg> }).unwrap().contains(r#"of_svg ("path""#));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(written(quote! { <p prop:value=text></p> }).is_err());
        assert!(written(quote! { <p {attributes}></p> }).is_err());
        assert!(written(quote! { <!DOCTYPE html> }).is_err());
    }
}
