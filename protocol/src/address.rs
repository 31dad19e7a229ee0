//! Which addresses a notification may carry.
//!
//! The parsing is done by each side's own WHATWG URL parser (the `url` crate, the browser's `URL`); what may come
//! out of it is decided here, once. The stages before and after the parser are both needed: a parser silently
//! drops tabs and line breaks and turns backslashes into slashes, so that `/\host` would become another site.

use std::fmt;

/// What an address is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressUse {
    /// Where a click leads: http, https, mailto, tel, or a path of the site.
    Link,
    /// Something the page loads: https, a path of the site, or http on loopback.
    Picture,
}

/// Why an address is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// It is empty.
    Empty,
    /// It has a control character, white space at an end, or a backslash.
    Character,
    /// It is neither an absolute address nor a path with one leading slash.
    Form,
    /// Its scheme is not one of those allowed for this use.
    Scheme,
    /// It carries a user name or a password.
    Credentials,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "must not be empty",
            Self::Character => "must not contain control characters, backslashes, or white space at its ends",
            Self::Form => "must be an absolute address or a path of the site that begins with one slash",
            Self::Scheme => "has a scheme that is not allowed here",
            Self::Credentials => "must not contain a user name or a password",
        })
    }
}

impl std::error::Error for AddressFault {}

/// What a WHATWG URL parser found in an absolute address.
#[derive(Clone, Copy, Debug)]
pub struct ParsedAddress<'address> {
    /// The scheme, lowercase, without the colon.
    pub scheme: &'address str,
    /// The host as the parser writes it; empty if there is none.
    pub host: &'address str,
    /// Whether there is a user name or a password.
    pub has_credentials: bool,
}

/// Whether an address is a path of the site, which needs no parser, or has to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SitePath {
    /// One leading slash: it stays on the site.
    Yes,
    /// Anything else: parse it, then ask [`AddressUse::permits`].
    No,
}

impl AddressUse {
    /// Looks at the text of an address before any parser does.
    ///
    /// # Errors
    /// What is wrong with it, if that shows already.
    pub fn inspect(text: &str) -> Result<SitePath, AddressFault> {
        if text.is_empty() {
            return Err(AddressFault::Empty);
        }
        if text.chars().any(|character| character.is_control() || character == '\\') || text.trim() != text {
            return Err(AddressFault::Character);
        }
        match text.as_bytes() {
            [b'/', b'/', ..] => Err(AddressFault::Form),
            [b'/', ..] => Ok(SitePath::Yes),
            _ => Ok(SitePath::No),
        }
    }

    /// Decides on an absolute address after a parser has read it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn permits(self, address: ParsedAddress<'_>) -> Result<(), AddressFault> {
        let loopback = matches!(address.host, "localhost" | "127.0.0.1" | "[::1]");
        let allowed = match (self, address.scheme) {
            (Self::Link, "http" | "https" | "mailto" | "tel") | (Self::Picture, "https") => true,
            (Self::Picture, "http") => loopback,
            _ => false,
        };
        if !allowed {
            return Err(AddressFault::Scheme);
        }
        if address.has_credentials {
            return Err(AddressFault::Credentials);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressFault, AddressUse, ParsedAddress, SitePath};

    #[test]
    fn a_path_of_the_site_has_one_leading_slash() {
        assert_eq!(AddressUse::inspect("/invoices/7?tab=1#top"), Ok(SitePath::Yes));
        assert_eq!(AddressUse::inspect("//elsewhere.example/"), Err(AddressFault::Form));
        assert_eq!(AddressUse::inspect("/\\elsewhere.example/"), Err(AddressFault::Character));
    }

    #[test]
    fn what_a_parser_would_drop_is_refused_before_it_is_parsed() {
        for text in
            ["java\nscript:alert(1)", "java\tscript:alert(1)", " https://site.example", "https://a\u{0}b/"]
        {
            assert_eq!(AddressUse::inspect(text), Err(AddressFault::Character), "{text:?}");
        }
    }

    #[test]
    fn pictures_come_over_https_or_from_loopback() {
        let address = |scheme, host| ParsedAddress { scheme, host, has_credentials: false };
        assert_eq!(AddressUse::Picture.permits(address("https", "site.example")), Ok(()));
        assert_eq!(AddressUse::Picture.permits(address("http", "localhost")), Ok(()));
        for (scheme, host) in [("http", "site.example"), ("data", ""), ("blob", ""), ("mailto", "")] {
            assert_eq!(AddressUse::Picture.permits(address(scheme, host)), Err(AddressFault::Scheme));
        }
    }

    #[test]
    fn links_do_not_run_scripts_or_carry_credentials() {
        let address = |scheme, has_credentials| ParsedAddress { scheme, host: "h", has_credentials };
        for scheme in ["javascript", "vbscript", "data", "blob", "file", "ftp"] {
            assert_eq!(AddressUse::Link.permits(address(scheme, false)), Err(AddressFault::Scheme));
        }
        assert_eq!(AddressUse::Link.permits(address("https", true)), Err(AddressFault::Credentials));
        assert_eq!(AddressUse::Link.permits(address("tel", false)), Ok(()));
    }
}
