//! The `<notification-bell>` element: a notification inbox for any page.
//!
//! The rules (`options`, `feed`, `wire`, `sse`, `backoff`, `relative_time`, `snooze`, `markup`, `position`, `texts`,
//! `messages`, `mock`) are plain Rust without a browser, and tested as such. What touches the browser is built for wasm
//! alone: `element` is what the JavaScript class calls, `inbox` ties the rules to the server and the views, `view` draws.

pub mod backoff;
pub mod environment;
pub mod feed;
pub mod initials;
pub mod json;
pub mod markup;
pub mod messages;
pub mod mock;
pub mod options;
pub mod position;
pub mod relative_time;
pub mod snooze;
pub mod sse;
pub mod texts;
pub mod wire;

#[cfg(target_arch = "wasm32")]
mod address;
#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod backend;
#[cfg(target_arch = "wasm32")]
mod calendar;
#[cfg(target_arch = "wasm32")]
mod element;
#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod inbox;
#[cfg(target_arch = "wasm32")]
mod locale;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod sharing;
#[cfg(target_arch = "wasm32")]
mod stream;
#[cfg(target_arch = "wasm32")]
mod style;
#[cfg(target_arch = "wasm32")]
mod task;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod watch;

#[cfg(target_arch = "wasm32")]
pub use element::Bell;
