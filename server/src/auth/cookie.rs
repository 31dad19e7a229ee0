//! The session in a cookie, for sites that do not want scripts to hold its token: `HttpOnly`, Secure, Partitioned
//! (RFC 6265bis; the draft on Cookies Having Independent Partitioned State).
//!
//! A browser sends a cookie by itself, also for pages that should not have it sent. So a request that relies on it
//! has to carry the header `Bell-Project`, which pages of other origins cannot add without being allowed to, and to
//! come from the very origin that the session was opened by.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Names the project, by its public key.
pub const PROJECT: HeaderName = HeaderName::from_static("bell-project");

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// A browser takes a cookie of this name only from the host itself, over https, and for all of its paths.
const PREFIX: &str = "__Host-bell-";
/// Tells the projects of one server apart; it need not be hard to guess.
const NAME_BYTES: usize = 12;

fn name(api_key: &str) -> String {
    [PREFIX, &BASE64URL_NOPAD.encode(&Sha256::digest(api_key)[..NAME_BYTES])].concat()
}

/// The header that sets the cookie. `SameSite=None`, because the bell is on other sites than the server.
#[must_use]
pub fn set(api_key: &str, token: &str, max_age_seconds: i64) -> Option<HeaderValue> {
    let name = name(api_key);
    HeaderValue::try_from(format!(
        "{name}={token}; Max-Age={max_age_seconds}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
    ))
    .ok()
}

/// The header that takes the cookie away.
#[must_use]
pub fn clear(api_key: &str) -> Option<HeaderValue> {
    set(api_key, "", 0)
}

/// The token in the cookie of the project that the request names; `None` if it relies on no cookie.
///
/// # Errors
/// If it may have been made by a page that should not.
pub fn token<'request>(
    method: &Method,
    headers: &'request HeaderMap,
) -> Result<Option<&'request str>, Error> {
    let Some(api_key) = headers.get(PROJECT).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let name = name(api_key);
    // As bytes: what other cookies hold, and which alphabet they are in, is not ours to say.
    let pairs =
        headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let mut found =
        pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    let token = found.next().and_then(|token| std::str::from_utf8(token).ok());
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let from_own_page = match headers.get(header::ORIGIN) {
        // It is compared with the one that the session was opened by.
        Some(_) => true,
        // A browser leaves it out where the page is of this server's origin and only reads. Older ones do not say so.
        None => method.is_safe() && headers.get(SITE).is_none_or(|site| site == "same-origin"),
    };
    if !from_own_page || found.next().is_some() {
        return Err(Error::OriginNotAllowed);
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Method, header};
    use notification_bell_protocol::Code;

    use super::{PROJECT, SITE, set, token};

    fn headers(origin: Option<&'static str>, site: Option<&'static str>) -> HeaderMap {
        let set = set("pk_1", "t", 60).unwrap();
        let (cookie, attributes) = set.to_str().unwrap().split_once(';').unwrap();
        for attribute in ["Secure", "HttpOnly", "Partitioned", "Path=/", "Max-Age=60"] {
            assert!(attributes.contains(attribute), "{attributes}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::try_from(format!("other=1; {cookie}")).unwrap());
        headers.insert(PROJECT, HeaderValue::from_static("pk_1"));
        origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
        site.map(|site| headers.insert(SITE, HeaderValue::from_static(site)));
        headers
    }

    fn read(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Code> {
        token(method, headers).map(|token| token.map(ToOwned::to_owned)).map_err(|error| error.code())
    }

    #[test]
    fn the_cookie_of_the_named_project_is_read() {
        let page = headers(Some("https://shop.example"), None);
        assert_eq!(read(&Method::POST, &page), Ok(Some("t".to_owned())));
        let mut other = page.clone();
        other.insert(PROJECT, HeaderValue::from_static("pk_2"));
        assert_eq!(read(&Method::POST, &other), Ok(None));
    }

    #[test]
    fn a_form_of_another_page_is_not_served_by_the_cookie() {
        // A form, an image or a link sends the cookie, but cannot add a header.
        let mut forged = headers(Some("https://evil.example"), Some("cross-site"));
        forged.remove(PROJECT);
        assert_eq!(read(&Method::POST, &forged), Ok(None));
    }

    #[test]
    fn without_an_origin_only_reading_from_the_servers_own_page_is_served() {
        assert_eq!(read(&Method::GET, &headers(None, Some("same-origin"))), Ok(Some("t".to_owned())));
        assert_eq!(read(&Method::GET, &headers(None, None)), Ok(Some("t".to_owned())));
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(read(&Method::GET, &headers(None, Some(site))), Err(Code::OriginNotAllowed), "{site}");
        }
        assert_eq!(read(&Method::DELETE, &headers(None, Some("same-origin"))), Err(Code::OriginNotAllowed));
    }

    #[test]
    fn a_cookie_of_a_neighbour_in_another_alphabet_hides_nothing() {
        let mut page = headers(Some("https://shop.example"), None);
        let ours = page.get(header::COOKIE).unwrap().as_bytes().to_vec();
        let both = [b"x=\xc3\xa9\xff; ", &ours[..]].concat();
        page.insert(header::COOKIE, HeaderValue::from_bytes(&both).unwrap());
        assert_eq!(read(&Method::POST, &page), Ok(Some("t".to_owned())));
    }

    #[test]
    fn two_cookies_of_one_name_are_refused() {
        let mut tossed = headers(Some("https://shop.example"), None);
        let cookie = tossed.get(header::COOKIE).unwrap().to_str().unwrap().to_owned();
        tossed.insert(header::COOKIE, HeaderValue::try_from(format!("{cookie}; {cookie}")).unwrap());
        assert_eq!(read(&Method::POST, &tossed), Err(Code::OriginNotAllowed));
    }
}
