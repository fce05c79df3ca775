//! The gateway for real: the program `pumice` in namespaces of its own, with SCTP, TUN and NAT, and the radio network of
//! `pumice-ransim` beside it in real time. For the demo and the journeys.
//!
//! [`Village`] is all of it in one value: [`Radio`] moves a `Ran` by the clock and carries its S1AP octets over SCTP and its
//! packets over UDP 2152; [`Gateway`] is the process, its files and its local API; a web server stands in the internet.
//!
//! ```no_run
//! use pumice_e2e::real::{Plan, Village};
//!
//! let village = Village::build(Plan::default())?;
//! let phone = village.subscribe(1)?;
//! village.attach(phone)?;
//! assert_eq!(village.browse(phone)?.octets, 60_000);
//! # Ok::<(), pumice_e2e::real::RealError>(())
//! ```
//!
//! **The invariant:** all is gone when the value is dropped: processes, namespaces, files. Nothing waits by sleeping: a
//! [`Radio::wait`] looks again whenever something has happened in the radio network, and gives up at its limit.

mod cell;
mod configuration;
mod error;
mod gateway;
mod journeys;
mod notify;
mod radio;
mod village;

pub use configuration::Configuration;
pub use error::RealError;
pub use gateway::{Answer, Gateway, subscriber};
pub use journeys::{Browsed, Browsing};
pub use radio::Radio;
pub use village::{PAGE, Plan, Village, sim};
