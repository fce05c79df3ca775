//! A GNSS receiver: NMEA 0183 from a serial port, and the phase of its pulse per second.
//!
//! All of it is hostile: a receiver may be replaced by anything that speaks on the same wires. Lines are bounded, a checksum is
//! wanted, numbers are checked, and time is believed only after it went on evenly for some seconds.

mod line;
mod pps;
mod receiver;
mod sentence;

pub use line::{Lines, MAX_LINE};
pub use pps::{Phase, Pps, Pulse};
pub use receiver::{Counters, Fix, GnssTime, Receiver};
pub use sentence::{NotSentence, Position, Sentence, parse};
