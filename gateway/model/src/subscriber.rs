//! A subscriber as the HSS keeps it (TS 23.008), reduced to what this network uses.

use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::identity::{Apn, Imsi};
use crate::secret::Key128;

/// What a subscriber may have at most of APNs. TS 23.008 allows 50; a village box gives a handful.
pub const APNS: usize = 4;

/// A subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// The identity on the SIM.
    pub imsi: Imsi,
    /// What the operator calls the subscriber; free text for lists.
    pub name: heapless::String<64>,
    /// Whether the phone is served.
    pub state: SubscriberState,
    /// What authenticates the SIM.
    pub keys: SimKeys,
    /// How far this SIM's sequence number is ahead of the network's common counter (TS 33.102 annex C), learned by
    /// resynchronisation.
    pub seq_offset: u64,
    /// The APNs; the first is the default.
    pub apns: heapless::Vec<ApnProfile, APNS>,
    /// The most that all non-GBR bearers may take together.
    pub ambr: Ambr,
    /// Whether the phone is told that voice over IMS works here.
    pub ims_voice: bool,
}

/// Whether a subscriber is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SubscriberState {
    /// Served.
    Active,
    /// Barred by the operator or not paid: refused with a cause that keeps the SIM usable elsewhere.
    Barred,
}

/// What changes of a subscriber while its keys stay. What is absent stays too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriberChange {
    /// What the operator calls it.
    pub name: Option<heapless::String<64>>,
    /// Whether it is served.
    pub state: Option<SubscriberState>,
    /// The most that it may take in all, and with each of its APNs.
    pub ambr: Option<Ambr>,
}

impl SubscriberChange {
    /// The subscriber as it is then.
    pub fn of(self, mut subscriber: Subscriber) -> Subscriber {
        let Self { name, state, ambr } = self;
        if let Some(name) = name {
            subscriber.name = name;
        }
        subscriber.state = state.unwrap_or(subscriber.state);
        if let Some(ambr) = ambr {
            subscriber.ambr = ambr;
            subscriber.apns.iter_mut().for_each(|apn| apn.ambr = ambr);
        }
        subscriber
    }
}

/// What authenticates a SIM (TS 33.102, TS 35.206). Sealed at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimKeys {
    /// K.
    pub k: Key128,
    /// OP, which is one for many SIMs, or OPc, which is made of OP and K.
    pub op: OperatorKey,
    /// Authentication management field; bit 0 (0x8000) is set for EPS.
    pub amf: [u8; 2],
}

/// OP or OPc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatorKey {
    /// The operator's own; OPc is computed from it.
    Op(Key128),
    /// What is on the SIM.
    Opc(Key128),
}

/// One APN of a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApnProfile {
    /// Its name.
    pub apn: Apn,
    /// The most that it may take.
    pub ambr: Ambr,
    /// The class of its default bearer.
    pub qci: Qci,
    /// Allocation and retention priority: 1 (first) to 15.
    pub priority: u8,
}

/// Aggregate maximum bit rate, bit/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambr {
    /// From the phone.
    pub uplink: u64,
    /// To the phone.
    pub downlink: u64,
}

/// QoS class of a default bearer: 5 to 9, which are non-GBR (TS 23.203 table 6.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Qci(u8);

impl Qci {
    /// Best effort.
    pub const DEFAULT: Self = Self(9);

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Qci {
    type Error = ModelError;

    fn try_from(value: u8) -> Result<Self, ModelError> {
        match value {
            5..=9 => Ok(Self(value)),
            _ => Err(ModelError::Qci(value)),
        }
    }
}

impl From<Qci> for u8 {
    fn from(qci: Qci) -> Self {
        qci.0
    }
}
