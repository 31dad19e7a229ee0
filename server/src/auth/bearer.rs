//! The `Authorization` header (RFC 6750, section 2.1): the only place a key or token is accepted in.

use axum::http::{HeaderMap, header};

use crate::error::Error;

/// What was presented.
///
/// # Errors
/// If there is none, more than one, or something other than `Bearer` and a token.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Error::MissingToken)?;
    if values.next().is_some() {
        return Err(Error::invalid_header("Authorization", "is there more than once"));
    }
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Error::InvalidToken)?;
    let token = token.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(Error::InvalidToken);
    }
    Ok(token)
}

/// The origin of the page that asks; `None` if it is not a browser, or the page is the server's own and only reads.
#[must_use]
pub fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use notification_bell_protocol::Code;

    use super::bearer;

    fn read(values: &[&'static str]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        bearer(&headers).map(ToOwned::to_owned).map_err(|error| error.code())
    }

    #[test]
    fn exactly_one_bearer_token_is_read() {
        assert_eq!(read(&["Bearer abc"]), Ok("abc".to_owned()));
        assert_eq!(read(&["bearer  abc"]), Ok("abc".to_owned()));
        assert_eq!(read(&[]), Err(Code::MissingToken));
        assert_eq!(read(&["Bearer abc", "Bearer def"]), Err(Code::InvalidRequest));
        for value in ["Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(read(&[value]), Err(Code::InvalidToken), "{value}");
        }
    }
}
