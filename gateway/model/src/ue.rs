//! What is remembered of a phone across a restart. Written as a checkpoint that may be a little old: what must never be
//! used twice is stored as a ceiling.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::identity::{Apn, Ebi, Guti, Imeisv, Imsi, Tai, Teid};
use crate::secret::Key256;
use crate::subscriber::{Ambr, Qci};

/// Bearers of one phone: EPS bearer identities 5 to 15.
pub const BEARERS: usize = 11;

/// A registered phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UeRecord {
    /// The subscriber.
    pub imsi: Imsi,
    /// The device, once it said so.
    pub imeisv: Option<Imeisv>,
    /// The temporary identity that it holds.
    pub guti: Guti,
    /// Its NAS security context.
    pub security: SecurityRecord,
    /// What it can do.
    pub capability: UeCapability,
    /// Where it is registered.
    pub tai: Tai,
    /// Its bearers.
    pub bearers: heapless::Vec<BearerRecord, BEARERS>,
    /// The content hash of its radio capability, if one is kept.
    pub radio_capability: Option<CapabilityHash>,
    /// Whether it registered for EPS and non-EPS services.
    pub combined: bool,
}

/// An EPS NAS security context (TS 33.401 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRecord {
    /// Key set identifier: 0 to 6.
    pub ksi: u8,
    /// K_ASME.
    pub k_asme: Key256,
    /// The EEA in use: 0 to 3.
    pub eea: u8,
    /// The EIA in use: 1 to 3.
    pub eia: u8,
    /// No downlink NAS COUNT at or above this was used.
    pub downlink_ceiling: u32,
    /// The first uplink NAS COUNT that is not known to be used. The phone may have used more since: after a restart it is
    /// authenticated anew before keys are derived from an uplink COUNT.
    pub uplink_floor: u32,
}

/// What the phone said it can do, as it said it: replayed octet by octet in the security mode command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UeCapability {
    /// UE network capability (TS 24.301 9.9.3.34), without its length.
    pub network: heapless::Vec<u8, 13>,
    /// MS network capability (TS 24.008 10.5.5.12), without its length.
    pub ms_network: Option<heapless::Vec<u8, 8>>,
    /// UE additional security capability (TS 24.301 9.9.3.53), without its length.
    pub additional_security: Option<heapless::Vec<u8, 4>>,
}

/// A default bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BearerRecord {
    /// Its identity.
    pub ebi: Ebi,
    /// Its APN.
    pub apn: Apn,
    /// The phone's address on it.
    pub address: IpAddr,
    /// The gateway's end of its tunnel.
    pub teid: Teid,
    /// Its class.
    pub qci: Qci,
    /// Its priority: 1 to 15.
    pub priority: u8,
    /// The most that its APN may take.
    pub ambr: Ambr,
}

/// The first 128 bits of a digest of a UE radio capability: equal phones share one copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CapabilityHash(pub [u8; 16]);
