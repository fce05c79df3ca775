//! The user plane: GTP-U towards cells, IP towards the internet, and the rules between them.
//!
//! Two layers. [`Forwarder`] decides: sans-IO, bounded, deterministic; it carries out the rules of
//! [`pumice_model::rules`] on packets that it is given. [`PortableEngine`] moves packets: a TUN device and UDP port 2152,
//! with the kernel's routing and NAT set through netlink.
//!
//! *A packet goes where the newest rules say or it is counted under one [`Cause`]*; a command is in force when it returns.
//! What needs an ICMP answer is left to the kernel: a packet for a phone that is larger than the MTU never leaves the TUN
//! device, and a packet between two phones goes there when it is too large or its life ends.
//!
//! ```
//! # use std::net::IpAddr;
//! # use pumice_model::{identity::Teid, limits::Limits, rules::*, time::Instant};
//! use pumice_dataplane::{Forwarder, ForwarderConfig, PhoneToPhone};
//! use pumice_wire::gtpu::Message;
//!
//! let (here, cell): (IpAddr, IpAddr) = ([10, 90, 0, 1].into(), [10, 90, 0, 2].into());
//! let mut forwarder = Forwarder::new(ForwarderConfig {
//!     limits: Limits::default(),
//!     addresses: vec![here],
//!     mtu: 1400,
//!     phone_to_phone: PhoneToPhone::Direct,
//! });
//! forwarder.program(&UserPlaneCommand::AdmitPeer(cell))?;
//! let mut echo = Vec::new();
//! Message::EchoRequest { sequence: 1 }.emit(&mut echo)?;
//! assert_eq!(forwarder.from_access(Instant::ZERO, here, (cell, 2152).into(), &mut echo), None);
//! let answer = forwarder.poll_datagram().expect("an answer");
//! assert_eq!(answer.to, (cell, 2152).into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Not here yet: segmentation offload and batches of system calls, IPv6 router advertisements, per-APN VLANs.

#![forbid(unsafe_code)]

mod bucket;
mod cause;
mod engine;
mod error;
mod forwarder;
mod inner;
mod kept;
mod kernel;
mod peers;
mod session;
mod table;

pub use cause::{Cause, Counters, Traffic};
pub use engine::{EngineConfig, Events, NatMode, Pool, PortableEngine, TransportCounters};
pub use error::DataplaneError;
pub use forwarder::{Datagram, Forward, Forwarder, ForwarderConfig, PhoneToPhone};
