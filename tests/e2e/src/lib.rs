//! The gateway in process and in simulated time: core, store and user plane as the product has them, and the radio network of
//! `pumice-ransim` on the other side of S1AP octets and packets. Exact from a seed; hours in seconds.
//!
//! ```
//! use pumice_e2e::{Settings, Sim};
//!
//! let mut sim = Sim::new(Settings::default());
//! let cell = sim.add_cell(1);
//! let phone = sim.add_phone(1, cell);
//! sim.attach(phone);
//! sim.assert_served(phone);
//! assert_eq!(sim.ladder(phone).last().map(String::as_str), Some("< EMM information"));
//! ```
//!
//! **The invariant:** nothing happens but at the times that something is due, in the order in which it was caused. The
//! shell around the core keeps the product's order of things (its own `batch` module is compiled in): persist, program, send.
//!
//! [`Monitor`] watches every message from outside and stops the run when one breaks a promise that no test may forget: a
//! NAS COUNT, SQN or K_eNB that is used twice, a cause that hurts a SIM, a phone's signalling on stream 0.
//!
//! The same behaviour for real, with the program, SCTP, TUN and namespaces, is in [`real`].

#![forbid(unsafe_code)]
// The product's `batch` module is compiled in; its unit tests run where it lives, and there are no others here.
#![cfg(not(test))]
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness reports by panicking: the test that uses it fails"
)]

#[path = "../../../gateway/agw/src/shell/batch.rs"]
#[allow(dead_code, reason = "the product's own; it needs a little more of it")]
mod batch;
mod capture;
mod disk;
mod eavesdrop;
mod gateway;
mod internet;
mod monitor;
mod packet;
pub mod real;
mod settings;
mod sim;
mod trace;

pub use capture::write_pcap;
pub use disk::Crash;
pub use gateway::Gateway;
pub use internet::{HOST, Internet};
pub use monitor::Monitor;
pub use packet::{echo_request, is_echo_reply, udp};
pub use settings::{Settings, Storage, subscriber, village};
pub use sim::{Backup, Rejection, Sim};
pub use trace::{Entry, Trace, TracedNas};
