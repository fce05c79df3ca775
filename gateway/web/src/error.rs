//! Every way in which a request fails, and what it tells the client (RFC 9457).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pumice_model::control::Refusal;

use crate::dto::{FieldError, Problem};

/// Seconds after which trying again is right when the gateway is busy.
const RETRY_AFTER: u64 = 1;

/// Why a request is refused. None of the texts holds a value that a client sent, but for an IMSI: a key may be among them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// A batch file does not open.
    #[error("{0}")]
    BadBatch(String),
    /// The request names no host, or several, or something that is none.
    #[error("the request must name one host")]
    BadHost,
    /// The body ended early or was badly framed.
    #[error("the body did not come whole")]
    BodyBroken,
    /// The body did not come in time.
    #[error("the body did not come in time")]
    BodySlow,
    /// The body is larger than it may be.
    #[error("the body may have {limit} octets and no more")]
    BodyTooLarge {
        /// Octets.
        limit: usize,
    },
    /// The file has more rows than one import may have.
    #[error("one import may have {limit} rows and no more; split the file")]
    TooManyRows {
        /// Rows.
        limit: usize,
    },
    /// The body is compressed.
    #[error("the body must not be compressed")]
    ContentEncoding,
    /// Some of the subscribers exist already; nothing has changed.
    #[error("some of these subscribers exist already; nothing has changed")]
    Existing(FieldErrors),
    /// A page of another origin wants to change something.
    #[error("a page of another origin must not change the gateway")]
    ForeignOrigin,
    /// Values are wrong.
    #[error("some values are not what they should be; nothing has changed")]
    Invalid(FieldErrors),
    /// The body is of another type.
    #[error("the body must be {wanted}, in UTF-8")]
    MediaType {
        /// The type that is wanted.
        wanted: &'static str,
    },
    /// The route has no such method.
    #[error("this resource does not have that method")]
    MethodNotAllowed,
    /// The request is for another host.
    #[error("the request is for a host that this gateway is not; add the name to the configuration if it is")]
    Misdirected,
    /// The core did not answer in time.
    #[error(
        "the gateway did not answer in time; a change may have been made or not: look before trying again"
    )]
    NoAnswer,
    /// The body is no JSON.
    #[error("the body is not JSON: line {line}, column {column}")]
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// There is no such route.
    #[error("there is nothing here; /api/v1/openapi.json tells what there is")]
    NoSuchRoute,
    /// The body is about another subscriber than the path.
    #[error("the body's IMSI is not that of the path; a subscriber's IMSI cannot change")]
    OtherImsi,
    /// The core refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl WebError {
    /// A wrong value in a query, a path or a header.
    pub(crate) fn parameter(name: &'static str, detail: impl ToString) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(FieldError { parameter: Some(name.to_owned()), ..FieldError::new(detail) });
        Self::Invalid(errors)
    }

    /// The status that tells it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadHost | Self::BodyBroken | Self::NotJson { .. } => StatusCode::BAD_REQUEST,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NoSuchRoute | Self::Refused(Refusal::NotFound) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            // RFC 9110 9.3.4 for another IMSI.
            Self::Existing(_)
            | Self::OtherImsi
            | Self::Refused(
                Refusal::AccountExists
                | Refusal::Exists(_)
                | Refusal::Full { .. }
                | Refusal::LastOwner
                | Refusal::NotSetUp
                | Refusal::Taken
                | Refusal::TooLate,
            ) => StatusCode::CONFLICT,
            Self::BodyTooLarge { .. } | Self::TooManyRows { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType { .. } | Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::BadBatch(_)
            | Self::Invalid(_)
            | Self::Refused(Refusal::BadBackup | Refusal::Wrong { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(Refusal::NotHere { .. }) => StatusCode::NOT_IMPLEMENTED,
            Self::Refused(Refusal::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoAnswer => StatusCode::GATEWAY_TIMEOUT,
            Self::Refused(Refusal::Store { .. }) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Refused(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Names the cause for a program; never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadBatch(_) => "bad-batch",
            Self::BadHost => "bad-host",
            Self::BodyBroken => "body-broken",
            Self::BodySlow => "body-slow",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::ContentEncoding => "content-encoding",
            Self::Existing(_) | Self::Refused(Refusal::AccountExists | Refusal::Exists(_)) => "exists",
            Self::ForeignOrigin => "foreign-origin",
            Self::Invalid(_) => "invalid",
            Self::MediaType { .. } => "media-type",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Misdirected => "misdirected",
            Self::NoAnswer => "no-answer",
            Self::NoSuchRoute => "no-such-route",
            Self::NotJson { .. } => "not-json",
            Self::OtherImsi => "other-imsi",
            Self::TooManyRows { .. } => "too-many-rows",
            Self::Refused(Refusal::NotFound) => "not-found",
            Self::Refused(Refusal::Full { .. }) => "full",
            Self::Refused(Refusal::Store { .. }) => "store-failing",
            Self::Refused(Refusal::BadBackup) => "bad-backup",
            Self::Refused(Refusal::Busy) => "busy",
            Self::Refused(Refusal::LastOwner) => "last-owner",
            Self::Refused(Refusal::NotHere { .. }) => "not-here",
            Self::Refused(Refusal::NotSetUp) => "not-set-up",
            Self::Refused(Refusal::Taken) => "taken",
            Self::Refused(Refusal::TooLate) => "too-late",
            Self::Refused(Refusal::Wrong { .. }) => "invalid",
            Self::Refused(_) => "refused",
        }
    }

    /// The body that tells it.
    pub fn problem(&self) -> Problem {
        let status = self.status();
        let errors = match self {
            Self::Invalid(errors) | Self::Existing(errors) => errors.clone(),
            Self::Refused(Refusal::Wrong { mistakes }) => {
                let mut errors = FieldErrors::default();
                mistakes.iter().for_each(|(key, why)| errors.push(FieldError::of_key(key, why)));
                errors
            }
            _ => FieldErrors::default(),
        };
        let detail = match self {
            // Its own text repeats the mistakes.
            Self::Refused(Refusal::Wrong { .. }) => Self::Invalid(FieldErrors::default()).to_string(),
            error => error.to_string(),
        };
        Problem {
            kind: format!("urn:pumice:problem:{}", self.code()),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code: self.code().to_owned(),
            errors: errors.kept,
            errors_left_out: errors.left_out,
        }
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        matches!(self, Self::Refused(Refusal::Busy)).then(|| RETRY_AFTER.into())
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if self.status().is_server_error() {
            tracing::warn!(code = self.code(), "request not served");
        }
        // A struct of texts and numbers has no way to fail.
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let mut set = |name: HeaderName, value| response.headers_mut().insert(name, value);
        set(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        if let Some(after) = self.retry_after() {
            set(header::RETRY_AFTER, after);
        }
        response
    }
}

/// Wrong values. Only the first are kept: a file may have ten thousand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    kept: Vec<FieldError>,
    left_out: usize,
}

impl FieldErrors {
    /// As many are kept.
    pub const KEPT: usize = 100;

    /// Those that are kept.
    pub fn kept(&self) -> &[FieldError] {
        &self.kept
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) fn push(&mut self, error: FieldError) {
        if self.kept.len() < Self::KEPT {
            self.kept.push(error);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds a wrong value of a JSON body.
    pub(crate) fn at(&mut self, pointer: impl Into<String>, detail: impl ToString) {
        self.push(FieldError { pointer: Some(pointer.into()), ..FieldError::new(detail) });
    }

    /// Adds a wrong cell of a table.
    pub(crate) fn in_table(&mut self, line: u64, column: &str, detail: &str) {
        self.push(FieldError {
            line: Some(line),
            column: Some(column.to_owned()),
            ..FieldError::new(detail)
        });
    }

    /// How many are not kept.
    pub(crate) const fn left_out(&self) -> usize {
        self.left_out
    }

    /// The value, or a note of why it is none.
    pub(crate) fn check<T, E: ToString>(&mut self, pointer: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.at(pointer, error)).ok()
    }

    /// Moves in what another list holds, each changed on the way or left out.
    pub(crate) fn append(&mut self, other: Self, each: impl Fn(FieldError) -> Option<FieldError>) {
        other.kept.into_iter().filter_map(each).for_each(|error| self.push(error));
        self.left_out += other.left_out;
    }
}
