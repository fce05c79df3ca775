use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object::only_objects;
use super::present::present;

/// How many SIMs of batches wait to become subscribers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchSize {
    /// SIMs that wait.
    #[schema(example = 200)]
    pub sims: u32,
    /// How many more there is room for.
    #[schema(example = 3800)]
    pub room: u32,
}

/// What a batch brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchAdded {
    /// SIMs in it.
    #[schema(example = 200)]
    pub sims: usize,
    /// Those that did not wait already.
    #[schema(example = 200)]
    pub added: u32,
}

/// What the subscriber of a SIM is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct FromBatch {
    /// What the operator calls it: at most 64 octets of UTF-8, no control characters; as in the batch if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "Amina"
    )]
    pub name: Option<String>,
}

only_objects!(FromBatch);
