//! The element's files, which are part of the binary: `/notification-bell.js`, and under `/v/<version>/` what it loads.
//!
//! The first is revalidated with every page; the others have their version in the address and are kept for ever.
//! They are compressed when the program is built.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::error::Error;

/// A file, as it is and compressed.
#[derive(Debug)]
pub struct Asset {
    /// Its path within the build of the component.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// A hash of its content.
    pub hash: &'static str,
    /// As it is.
    pub identity: &'static [u8],
    /// Compressed with gzip.
    pub gzip: &'static [u8],
    /// Compressed with brotli.
    pub brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const REVALIDATE: &str = "public, no-cache";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The file that a page names.
///
/// # Errors
/// If the component was not built into this program.
pub async fn show_loader(headers: HeaderMap) -> Result<Response, Error> {
    let asset = LOADER.first().ok_or(Error::NotFound(
        "This program was built without the element. Build it with `cargo xtask dist`.",
    ))?;
    Ok(serve(asset, &headers, REVALIDATE))
}

/// A file that the loader names.
///
/// # Errors
/// If there is none of this name.
pub async fn show_versioned(
    address: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    const NO_SUCH_FILE: Error = Error::NotFound("The element has no such file.");
    let Path((version, path)) = address.map_err(|_| NO_SUCH_FILE)?;
    let asset = find(&path).filter(|asset| !is_of_the_demo(asset.path)).ok_or(NO_SUCH_FILE)?;
    // A page that was pinned to an earlier version gets the present one, and may not keep it under that name.
    Ok(serve(asset, &headers, if version == VERSION { FOR_EVER } else { REVALIDATE }))
}

/// The file with this path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

fn is_of_the_demo(path: &str) -> bool {
    matches!(path, "index.html" | "gallery.html")
        || ["demo/", "gallery/", "snippets/"].iter().any(|folder| path.starts_with(folder))
}

/// Whether the component was built into this program.
#[must_use]
pub fn are_built_in() -> bool {
    !LOADER.is_empty()
}

/// Answers with a file, in the best compression that the client takes.
#[must_use]
pub fn serve(asset: &'static Asset, headers: &HeaderMap, cache_control: &'static str) -> Response {
    let (encoding, content) = negotiate(asset, headers);
    let etag = format!("\"{}-{encoding}\"", asset.hash);
    let known =
        headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value
                .split(',')
                .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], content).into_response()
    };
    let fields = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        fields.insert(header::ETAG, etag);
    }
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // Every page may have them: there is nothing of anybody's in them.
    fields.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    fields.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if encoding != "identity" && !known {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn negotiate(asset: &'static Asset, headers: &HeaderMap) -> (&'static str, &'static [u8]) {
    let accepted = |encoding: &str| {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
                && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)))
        })
    };
    if accepted("br") {
        ("br", asset.brotli)
    } else if accepted("gzip") {
        ("gzip", asset.gzip)
    } else {
        ("identity", asset.identity)
    }
}
