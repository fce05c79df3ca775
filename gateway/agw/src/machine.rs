//! The box under the gateway: what it is connected by, how full its disk is, what goes over its wires.
//!
//! Each module is a core that is told everything (times, octets, what the system says) and a thin shell around it. Nothing
//! here is needed to serve a phone: whatever fails is logged, and the gateway goes on.

pub(crate) mod announce;
pub(crate) mod captive_dns;
pub(crate) mod captures;
pub(crate) mod diagnostics;
pub(crate) mod disk;
pub(crate) mod interfaces;
pub(crate) mod log_ring;
pub(crate) mod network_files;
pub(crate) mod prober;
