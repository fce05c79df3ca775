use pumice_model::time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When something happened, on a box whose clock may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stamp {
    /// Which start of the gateway, from 1.
    #[schema(example = 7)]
    pub boot: u32,
    /// Milliseconds since that start.
    #[schema(example = 60_000)]
    pub at_millis: u64,
    /// Seconds since 1970; null while the clock was not trusted.
    #[schema(required = true, example = 1_795_608_000)]
    pub unix_seconds: Option<u64>,
}

impl From<time::Stamp> for Stamp {
    fn from(stamp: time::Stamp) -> Self {
        Self { boot: stamp.boot, at_millis: stamp.at_millis, unix_seconds: stamp.unix_seconds }
    }
}
