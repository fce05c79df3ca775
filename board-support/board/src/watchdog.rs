//! The hardware watchdog, fed only while the gateway makes progress and not merely while its process lives.

mod keeper;
mod progress;

pub use keeper::Keeper;
pub use progress::{MAX_PARTS, Progress, ProgressWatch, TooManyParts, Verdict};
