//! The supervisor microcontroller without its hardware: power, battery, watchdog, black box, its own updates.
//!
//! ```text
//!   octets of the link ─┐                                  ┌─ rails, reset line
//!   samples of the ADC ─┼─► Supervisor::handle(now, input) ┼─ octets of the link
//!   time ───────────────┘        │            │            └─ restart
//!                             Retained      Flash
//!                     settings, black box   the slot of the update
//!                     (RAM kept over resets)
//! ```
//!
//! **The invariants:**
//! - The cell has no power while the board has none, or is about to lose it.
//! - The board is never cut unless it said that it halts, or was asked to and its grace is over.
//! - The supervisor's own restarts change nothing for the box: the rails are put back as they were.
//! - An image that was never greeted by a gateway is not kept.
//! - A box that is off comes back, by voltage or by time. There is no state in which it waits for a person.
//!
//! No clock, no interrupts, no registers: `now_ms` comes from outside, monotonic, and everything is decided in
//! [`Supervisor::handle`]. Call it at least every 100 ms with [`Input::Tick`].
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod black_box;
mod boot;
mod effect;
mod measure;
mod power;
mod retained;
mod session;
mod supervisor;
mod update;
mod watchdog;

pub use boot::choose;
pub use effect::{Effect, Effects};
pub use measure::Sample;
pub use retained::{MIN_RETAINED, Mark, Retained};
pub use supervisor::{Input, Supervisor};
pub use update::{Flash, FlashError, IMAGE_OFFSET};
