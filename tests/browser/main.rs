//! The element and the demo page as their users have them: in a real browser, on a page of another origin.
#![expect(clippy::print_stdout, reason = "a test that skips something says so")]

mod accessibility;
mod cookie_sessions;
mod deletions;
mod demo;
mod demo_snippets;
mod early_bell;
mod events;
mod hostile_content;
mod identity;
mod items;
mod keyboard;
mod languages;
mod life_cycle;
mod live;
mod looks;
mod markup;
mod messages;
mod mock;
mod network;
mod panel;
mod placement;
mod policies;
mod scene;
mod scrolling;
mod sessions;
mod sharing;
mod shortcuts;
mod snippet;
mod snooze;
mod spellings;
mod states;
mod undo;
mod user_tokens;
mod wrapped_fetch;
