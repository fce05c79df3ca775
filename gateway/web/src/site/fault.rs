//! Why something is not shown or done. The gate makes a page of it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pumice_model::control::Refusal;
use pumice_ui::Words;
use pumice_ui::page::error::Kind;

use super::saying::refused;
use crate::error::WebError;

/// Why something is not shown or done.
#[derive(Debug, Clone)]
pub(crate) struct Fault(pub(crate) Kind);

impl Fault {
    pub(crate) const NOT_FOUND: Self = Self(Kind::NotFound);
    pub(crate) const FORBIDDEN: Self = Self(Kind::Forbidden);
    pub(crate) const BAD_REQUEST: Self = Self(Kind::BadRequest);
    pub(crate) const BROKEN: Self = Self(Kind::Broken);

    /// It cannot be done, and why.
    pub(crate) fn refused(why: impl Into<Words>) -> Self {
        Self(Kind::Refused(why.into()))
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<WebError> for Fault {
    fn from(error: WebError) -> Self {
        Self(match &error {
            WebError::NoSuchRoute | WebError::Refused(Refusal::NotFound) => Kind::NotFound,
            WebError::BodyTooLarge { .. } | WebError::TooManyRows { .. } => Kind::TooLarge,
            WebError::Refused(Refusal::Busy) | WebError::NoAnswer => Kind::Busy,
            WebError::BadHost
            | WebError::BodyBroken
            | WebError::BodySlow
            | WebError::ContentEncoding
            | WebError::MediaType { .. }
            | WebError::MethodNotAllowed
            | WebError::NotJson { .. } => Kind::BadRequest,
            WebError::ForeignOrigin => Kind::FormExpired,
            WebError::Misdirected => Kind::Misdirected,
            WebError::Refused(refusal) => Kind::Refused(refused(refusal)),
            _ => Kind::Refused(Words::verbatim(error.to_string())),
        })
    }
}

impl From<super::password::Crowded> for Fault {
    fn from(_: super::password::Crowded) -> Self {
        Self(Kind::Busy)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
