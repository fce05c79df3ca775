//! The board under the gateway: what it is made of, and drivers for it.
//!
//! A board is one TOML file ([`Board`]); [`recognise`] finds the right one from the device tree. [`Hardware`] opens what the
//! file names, says what is missing, and is then polled from one thread.
//!
//! # Layers
//! - Logic that has neither a clock nor a file: the LED's language ([`led`]), the button's steps ([`button`]), the judge of
//!   the clock ([`time`]), the steps of a battery ([`power`]), who makes progress ([`watchdog`]), NMEA and the phase
//!   ([`gnss`]), the fan's curve ([`fan`]).
//! - Drivers over the traits of embedded-hal 1.0, which run against any implementation: [`ina2xx`], [`lamp`], [`gate`],
//!   [`button::Contact`].
//! - Linux: [`sysfs`] below a root that tests replace, [`gpio`] and [`smbus`] over linux-embedded-hal, [`serial`], [`evdev`],
//!   the watchdog's device.
//!
//! # The invariant
//! Hardware that is absent, broken or lying is a value. Nothing in this crate fails as a whole because a part of the
//! board does, and no reading is made up: what could not be read is `None`.
//!
//! # Time
//! Every `now` is monotonic: the time since a moment that the caller chose once. The wall clock is a thing that is judged,
//! never one that is waited by.
#![deny(unsafe_code)]

mod board;
pub mod button;
pub mod evdev;
pub mod fan;
mod file;
pub mod gate;
pub mod gnss;
pub mod gpio;
mod hardware;
pub mod ina2xx;
pub mod interfaces;
pub mod lamp;
pub mod led;
pub mod power;
pub mod recognise;
pub mod serial;
pub mod smbus;
pub mod sysfs;
pub mod time;
pub mod watchdog;

pub use board::{
    Backhaul, BatteryParts, BatterySource, Bias, Board, ButtonWire, CellPower, Chip, Colour, FanControl,
    FanParts, GnssParts, Interface, LampParts, LampWire, LineParts, Medium, Role, SerialParts, SupplyParts,
    TemperatureParts, WatchdogParts,
};
pub use file::{FileError, MAX_FILE, Mistake, load, parse};
pub use hardware::{
    BatteryReading, Event, GnssReading, Hardware, Missing, Readings, SupplyReading, TemperatureReading,
    WatchdogReading,
};
