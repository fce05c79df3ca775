//! Which versions of the protocol a side speaks.

use serde::{Deserialize, Serialize};

/// The version that greetings have, whatever is agreed after them.
pub const GREETING: u8 = 0;

/// A range of versions, both ends included.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Versions {
    /// The oldest.
    pub min: u8,
    /// The newest.
    pub max: u8,
}

impl Versions {
    /// What this crate speaks.
    pub const OURS: Self = Self { min: 1, max: 1 };

    /// The newest version that both sides speak.
    #[must_use]
    pub fn common(self, other: Self) -> Option<u8> {
        let newest = self.max.min(other.max);
        let oldest = self.min.max(other.min);
        // A range that includes the greeting's version, or is upside down, is nobody's.
        (newest >= oldest && oldest != GREETING).then_some(newest)
    }
}
