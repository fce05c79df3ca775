use pumice_model::settings::setting;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::is_presentable;

/// Why a request was refused (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:pumice:problem:invalid",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "some values are not what they should be; nothing has changed",
    "code": "invalid",
    "errors": [{"pointer": "/imsi", "detail": "an IMSI has 6 to 15 digits"}]
}))]
pub struct Problem {
    /// The kind of problem: `urn:pumice:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what would be right.
    pub detail: String,
    /// The cause, for a program. Never changes.
    pub code: String,
    /// Which values are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// How many more values are wrong than `errors` holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    pub errors_left_out: usize,
}

impl Problem {
    /// Its media type.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";
}

// The signature is serde's.
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A wrong value: in a JSON body (`pointer`), in a query, path or header (`parameter`), or in a file (`line`, `column`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where in a JSON body (RFC 6901).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Which parameter of query or path, or which header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// Which line of a file; the first is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line: Option<u64>,
    /// Which column of a file, by its name in the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub column: Option<String>,
    /// What would be right.
    pub detail: String,
}

impl FieldError {
    /// A mistake that a door names by its key: a setting, or a field of the body. A name that nothing here has may be the
    /// client's own text, and is left out.
    pub(crate) fn of_key(key: &str, why: &str) -> Self {
        let pointer = match setting(key) {
            Some(spec) => format!("/values/{}", spec.key),
            None if is_presentable(key) => format!("/{key}"),
            None => String::new(),
        };
        Self { pointer: Some(pointer), ..Self::new(why) }
    }

    pub(crate) fn new(detail: impl ToString) -> Self {
        Self { detail: detail.to_string(), ..Self::default() }
    }
}
