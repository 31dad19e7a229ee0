//! The element and the demo page as their users have them: in a real browser, on a page of another origin.
#![expect(clippy::print_stdout, reason = "a test that skips something says so")]

mod accessibility;
mod demo;
mod demo_snippets;
mod events;
mod hostile_content;
mod identity;
mod items;
mod keyboard;
mod life_cycle;
mod live;
mod looks;
mod mock;
mod network;
mod panel;
mod placement;
mod policies;
mod scene;
mod scrolling;
mod sessions;
mod snippet;
mod spellings;
mod states;
mod wrapped_fetch;
