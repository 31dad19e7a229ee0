//! A real browser over W3C `WebDriver`, and the pages that a site's owner would put the element into.
//!
//! There are three browsers, and a run is about one of them: [`Engine`]. What is asked of a driver is in the standard
//! but for what `emulation.rs` has; `abilities.rs` says which browser has no answer to that.

mod abilities;
mod capabilities;
mod driver;
mod emulation;
mod engine;
mod gate;
mod hands;
mod page;
mod session;
mod site;
mod supervised;

pub use emulation::Network;
pub use engine::Engine;
pub use gate::Gate;
pub use page::Page;
pub use session::{browse, browse_with};
pub use site::Site;
pub use thirtyfour::{Key, WindowHandle};
