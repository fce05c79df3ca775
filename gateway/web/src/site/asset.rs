//! The style sheet and the scripts, compressed once at the start. Their addresses change with what is in them, so a browser may keep
//! them for ever.

use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use pumice_ui::asset::{ALL, Asset};

use super::zip;

/// All files that pages refer to; one copy of them for the page and for plain HTTP.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assets(&'static [Kept]);

#[derive(Debug)]
struct Kept {
    asset: &'static Asset,
    tag: String,
    zipped: Option<Bytes>,
}

impl Assets {
    pub(crate) fn new() -> Self {
        static KEPT: OnceLock<Vec<Kept>> = OnceLock::new();
        let kept = |asset: &'static Asset| Kept {
            asset,
            tag: asset.tag(),
            // What does not get smaller is sent as it is.
            zipped: zip::gzip(asset.body, Compression::best())
                .filter(|zipped| zipped.len() < asset.body.len())
                .map(Bytes::from),
        };
        Self(KEPT.get_or_init(|| ALL.into_iter().map(kept).collect()))
    }

    /// The file of this address.
    pub(crate) fn answer(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let Some(kept) = self.0.iter().find(|kept| kept.asset.path == uri.path()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let zipped = kept.zipped.clone().filter(|_| zip::accepts(headers));
        let tag = format!("\"{}{}\"", kept.tag, if zipped.is_some() { "-gzip" } else { "" });
        let asked = uri.query().and_then(|query| query.strip_prefix("v="));
        // Another version than this one is on its way out: its answer is not kept under the old address.
        let keep =
            if asked == Some(kept.tag.as_str()) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let known = known.flat_map(|value| value.split(',')).any(|value| value.trim() == tag);
        let mut response = match (known, &zipped) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, Some(zipped)) => Response::new(Body::from(zipped.clone())),
            (false, None) => Response::new(Body::from(kept.asset.body)),
        };
        let mut set = |name: HeaderName, value: HeaderValue| response.headers_mut().insert(name, value);
        set(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        set(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            set(header::ETAG, tag);
        }
        if !known {
            set(header::CONTENT_TYPE, HeaderValue::from_static(kept.asset.content_type));
            if zipped.is_some() {
                set(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}
