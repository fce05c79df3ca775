//! Compression. Pages are small and go over slow WiFi to old phones.

use std::io::Write;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What is smaller is not worth it.
const WORTH: usize = 512;

/// Whether a browser takes gzip.
pub(crate) fn accepts(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(weight.trim().strip_prefix("q="), Some("0" | "0.0" | "0.00" | "0.000"));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// The octets, compressed; nothing if the system has no memory.
pub(crate) fn gzip(octets: &[u8], level: Compression) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(octets.len() / 3), level);
    encoder.write_all(octets).ok()?;
    encoder.finish().ok()
}

/// On an answer that must not be compressed: what it holds beside a secret comes from the address that was asked for, and how small
/// the two get together would tell about the secret (BREACH).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loose;

/// A page, compressed; anything else as it is.
pub(crate) async fn zipped(response: Response, most: usize) -> Response {
    let headers = response.headers();
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page
        || response.extensions().get::<Loose>().is_some()
        || headers.contains_key(header::CONTENT_ENCODING)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(octets) = to_bytes(body, most).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let zipped = if octets.len() < WORTH { None } else { gzip(&octets, Compression::fast()) };
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let body = match zipped {
        Some(zipped) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(header::CONTENT_LENGTH);
            Bytes::from(zipped)
        }
        None => octets,
    };
    Response::from_parts(parts, Body::from(body))
}
