//! A real browser over W3C `WebDriver`, and the pages that a site's owner would put the element into.
//!
//! What is asked of the driver is in the standard but for two things, which `session.rs` names: they are all that
//! another browser needs in its own words.

mod driver;
mod gate;
mod page;
mod session;
mod site;

pub use gate::Gate;
pub use page::Page;
pub use session::{Network, browse};
pub use site::Site;
pub use thirtyfour::{Key, WindowHandle};
