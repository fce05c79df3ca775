//! What a path names.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::app::App;
use crate::error::WebError;

/// The number of a revision.
pub(super) struct RevisionPath(pub(super) u64);

impl FromRequestParts<Arc<App>> for RevisionPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let text = text(parts, app).await.filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
        let number = text.and_then(|text| text.parse().ok());
        number.map(Self).ok_or_else(|| WebError::parameter("number", "wanted is the number of a revision"))
    }
}

/// The name of something that the box named: letters, digits, `.`, `-` and `_`.
pub(super) struct NamePath(pub(super) String);

impl FromRequestParts<Arc<App>> for NamePath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let is_name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_');
        let legal = |text: &String| (1..=64).contains(&text.len()) && text.bytes().all(is_name);
        let name = text(parts, app).await.filter(legal);
        name.map(Self).ok_or_else(|| WebError::parameter("name", "wanted is a name of the list"))
    }
}

/// The text that is the one variable part of a path.
pub(super) async fn text(parts: &mut Parts, app: &Arc<App>) -> Option<String> {
    Path::<String>::from_request_parts(parts, app).await.ok().map(|Path(text)| text)
}
