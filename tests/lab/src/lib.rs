//! The laboratory: whole networks inside one process, for the demo, the journeys and the benches.
//!
//! A [`Namespace`] is a network namespace that this process makes and holds by descriptor; links, addresses and
//! routes go through rtnetlink. [`Topology`] is the village: a radio side, the gateway's own namespace and an
//! "internet" with a web server. Nothing has a name outside the process, so nothing is left when it ends:
//! *whatever a value of this crate made in the kernel is gone when the value is dropped, and at the latest when
//! the process dies.*
//!
//! ```no_run
//! use pumice_lab::{Namespace, http};
//! let village = pumice_lab::Topology::build()?;
//! let server = http::Server::start(&village.internet, &["203.0.113.80:80".parse().unwrap()], 10_000)?;
//! let reply = http::request(&village.gateway, "203.0.113.80:80".parse().unwrap(), "GET", "/", None)?;
//! assert_eq!(reply.body, http::page(10_000));
//! # Ok::<(), pumice_lab::LabError>(())
//! ```
//!
//! Programs call [`privilege::enter`] first; tests ask [`skip::unless_namespaces`].

pub mod binary;
pub mod capture;
mod error;
pub mod forward;
pub mod http;
mod link;
mod namespace;
pub mod pcap;
pub mod privilege;
mod process;
mod route;
mod rtnl;
mod runtime;
pub mod skip;
pub mod tier;
pub mod topology;
pub mod uml;

pub use error::LabError;
pub use link::Link;
pub use namespace::Namespace;
pub use nix::sys::signal::Signal;
pub use process::Process;
pub use runtime::Runtime;
pub use topology::Topology;
