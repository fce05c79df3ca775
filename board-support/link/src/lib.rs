//! What gateway and supervisor microcontroller say to each other over a serial line.
//!
//! ```text
//!   gateway                                           supervisor
//!   Client ── Greeting::Hello, Command ──►
//!          ◄── Greeting::Welcome, Answer, Notice ──   pumice-supervisor
//!               frame: 00 │ COBS( version │ number │ body │ CRC-32C ) │ 00
//! ```
//!
//! **The invariant:** a frame is taken whole and undamaged or not at all, and a command is carried out at most once for
//! each number, however often it is sent. So whoever is in doubt sends again.
//!
//! - The gateway asks, the supervisor answers: one command at a time, repeated with the same number until its answer comes.
//! - What the supervisor says unasked is a [`Notice`]: it is not acknowledged, and repeated while it is true.
//! - Frames of version 0 are [`Greeting`]s. Their form never changes: that is how two sides that have nothing else in common can
//!   say so. All others have the version that was agreed.
//!
//! ```
//! use pumice_link::{Client, Command, Incoming, Versions};
//!
//! let mut client = Client::new(Versions::OURS, 7);
//! let hello = client.transmit(0).expect("a client greets first");
//! assert!(hello.len() <= pumice_link::MAX_FRAME);
//! assert!(client.send(Command::Status).is_err(), "there is nobody yet");
//! # let _ = Incoming::Down;
//! ```
//!
//! The gateway's side is [`Client`]: octets and time in, octets and events out, no allocation. With the feature `std` there is
//! [`port::Port`] that joins it to a stream. Who opens and configures the serial device is `pumice-board`.
//!
//! Not here: encryption and authentication. The line is a few centimetres of copper inside one box.
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![forbid(unsafe_code)]

mod client;
mod event;
mod frame;
mod message;
#[cfg(feature = "std")]
pub mod port;
mod settings;
mod version;

pub use client::{Client, Incoming, LineCounts, SendError};
pub use event::{Event, Record, Wake, Why};
pub use frame::{Crc32c, Deframer, Encoded, Fault, Frame, MAX_BODY, MAX_FRAME, crc32c, encode};
pub use message::{
    Answer, Bytes, Command, FromSupervisor, Greeting, Identity, LadderStep, MAX_CHUNK, MAX_RECORDS, Notice,
    RailState, Rails, Refusal, ResetCause, Slot, Status, UpdateState, WatchdogCounts,
};
pub use settings::{MAX_HALT_S, Rail, Schedule, Thresholds, Watchdog};
pub use version::{GREETING, Versions};
