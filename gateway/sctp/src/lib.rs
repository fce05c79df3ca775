//! SCTP for S1AP and NGAP: one [`Endpoint`], two back ends.
//!
//! | back end | is | for |
//! |---|---|---|
//! | [`Backend::Kernel`] | Linux's own SCTP through sctp-rs, one one-to-one socket for each association | the product |
//! | [`Backend::UserSpace`] | dcsctp over raw sockets (IP protocol 132, IPv4 and IPv6), in a thread of its own | development, kernels without SCTP |
//!
//! [`Backend::Auto`] takes the kernel's where it has one. Above this crate nothing differs.
//!
//! The rules an owner can rely on:
//! - An association's events come in order: [`Event::Up`], messages, perhaps [`Event::Restarted`], and after each Up and
//!   each `connect` exactly one [`Event::Lost`], also after `shutdown` and `abort`. Nothing of it comes after that, and
//!   its [`AssociationId`] is never used again.
//! - `send` never waits. What a peer doesn't take is bounded by [`Config::max_queued_bytes`]; what the owner doesn't take
//!   closes the peer's window.
//! - A dead peer is noticed within 30 s ([`Config::detection_time`]).
//! - Anyone who can reach the port comes up: whether a cell is welcome is decided above, by its address, with `abort`.
//! - Messages of other payload protocols than [`Config::ppids`] are counted and dropped; the association stays.
//!
//! In user space an INIT costs no memory (the answer is in an authenticated cookie), packets of no association are
//! answered as RFC 9260 section 8.4 says, and the random generator behind tags is seeded anew by the operating system
//! each time. Packets to ports of no address of ours are ignored, because another endpoint may own them: raw sockets
//! don't share out ports. Not there: multihoming, partial reliability, interleaving, address reconfiguration.
//!
//! dcsctp logs whole packets, phones' identities included, through the `log` crate at level info: no bridge from `log`
//! to `tracing` may let the target `dcsctp` pass.
//!
//! ```
//! use pumice_sctp::{Config, Endpoint, Event, S1AP_PPID};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! // A socket pair stands in for the network; `Endpoint::bind` takes the real one.
//! let (a, b) = std::os::unix::net::UnixDatagram::pair()?;
//! let mut mme = Endpoint::bind_over(Config::new("192.0.2.1:36412".parse()?), a.into())?;
//! let mut enb = Endpoint::bind_over(Config::new("192.0.2.2:36412".parse()?), b.into())?;
//!
//! let association = enb.connect("192.0.2.1:36412".parse()?)?;
//! let Event::Up { outbound_streams, .. } = enb.next().await else { panic!("not up") };
//! assert!(outbound_streams > 1);
//! enb.send(association, 0, S1AP_PPID, b"S1 Setup Request".to_vec())?;
//!
//! let Event::Up { peer, .. } = mme.next().await else { panic!("not up") };
//! assert_eq!(peer, "192.0.2.2:36412".parse()?);
//! let Event::Message { ppid, payload, .. } = mme.next().await else { panic!("no message") };
//! assert_eq!((ppid, payload.as_slice()), (18, b"S1 Setup Request".as_slice()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

mod config;
mod counters;
mod endpoint;
mod error;
mod event;
mod kernel;
mod reactor;
mod userspace;
mod wire;

pub use config::{Backend, Config, DETECTION_LIMIT, NGAP_PPID, S1AP_PPID};
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use error::{EndpointError, SendError};
pub use event::{AssociationId, Event, LostReason};
