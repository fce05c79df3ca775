//! The box's clock, which can be wrong or absent: who is believed, and what is to be done with the system's clock.
//!
//! Everything that must last or expire is measured by the monotonic clock. The wall clock is for people, certificates and records,
//! and the judge says how far it may be believed.

mod judge;
mod kept;
#[cfg(test)]
mod tests;

pub use judge::{Action, ClockJudge, ClockState, Jump, MAX_FUTURE, Refused, Source};
pub use kept::{KEEP_EVERY, KeptError, KeptTime, read_kept, write_kept};
