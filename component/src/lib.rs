//! The `<notification-bell>` element: a notification inbox for any page.
//!
//! The rules (`options`, `feed`, `rows`, `heights`, `stretch`, `days`, `wire`, `kept`, `sse`, `backoff`, `relative_time`, `snooze`,
//! `swipe`, `selection`, `bulk`, `arrivals`, `wishes`, `markup`, `position`, `texts`, `messages`, `mock`) are plain Rust
//! without a browser, and tested as such. What touches the browser is built for wasm alone: `element` is what the
//! JavaScript class calls, `inbox` ties the rules to the server and the views, `view` draws.
//!
//! Where a function is `#[inline(never)]`, opening the panel runs its caller and not what is in it: the compiler would put
//! the two together, and so more into the part of the wasm that comes first (`docs/SIZE.md`).

pub mod arrivals;
pub mod backoff;
pub mod bulk;
pub mod days;
pub mod environment;
pub mod feed;
pub mod heights;
pub mod initials;
pub mod json;
pub mod kept;
pub mod markup;
pub mod messages;
pub mod mock;
pub mod options;
pub mod position;
pub mod relative_time;
pub mod rows;
pub mod selection;
pub mod snooze;
pub mod sse;
pub mod stretch;
pub mod swipe;
pub mod texts;
pub mod wire;
pub mod wishes;

#[cfg(target_arch = "wasm32")]
mod address;
#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod backend;
#[cfg(target_arch = "wasm32")]
mod calendar;
#[cfg(target_arch = "wasm32")]
mod draw;
#[cfg(target_arch = "wasm32")]
mod element;
#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod follow;
#[cfg(target_arch = "wasm32")]
mod inbox;
#[cfg(target_arch = "wasm32")]
mod locale;
#[cfg(target_arch = "wasm32")]
mod locks;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod sharing;
#[cfg(target_arch = "wasm32")]
mod signal;
#[cfg(target_arch = "wasm32")]
mod storage;
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
