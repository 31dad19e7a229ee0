//! Whether an address of a notification may be used, and what it is on this page.

use notification_bell_protocol::{AddressUse, ParsedAddress, SitePath};
use web_sys::Url;

/// The absolute address; `None` if it is not allowed here.
///
/// The server has checked it already. It is checked again, because a click must not depend on what a server is.
pub(crate) fn allowed(text: &str, purpose: AddressUse, page: &str) -> Option<String> {
    match AddressUse::inspect(text).ok()? {
        SitePath::Yes => Some(Url::new_with_base(text, page).ok()?.href()),
        SitePath::No => {
            let url = Url::new(text).ok()?;
            let protocol = url.protocol();
            let address = ParsedAddress {
                scheme: protocol.trim_end_matches(':'),
                host: &url.hostname(),
                has_credentials: !url.username().is_empty() || !url.password().is_empty(),
            };
            purpose.permits(address).ok()?;
            Some(url.href())
        }
    }
}
