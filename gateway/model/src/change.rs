//! What the core asks to be made durable.

use serde::{Deserialize, Serialize};

use crate::identity::{GlobalEnbId, Imsi};
use crate::subscriber::Subscriber;
use crate::ue::{CapabilityHash, UeRecord};

/// How durable a change is when its commit returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Survives the death of the process. A power cut may take the last seconds: the air brings them back.
    Normal,
    /// Survives a power cut.
    Full,
}

/// A change of the durable state. Applying one twice is the same as once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// No number of this kind at or above the ceiling was ever used.
    Ceiling {
        /// The kind of number.
        counter: Counter,
        /// Above what was ever drawn.
        ceiling: u64,
    },
    /// A subscriber is added or replaced.
    PutSubscriber(Box<Subscriber>),
    /// A subscriber is removed, and with it what is remembered of its phone.
    RemoveSubscriber(Imsi),
    /// A phone's checkpoint.
    PutUe(Box<UeRecord>),
    /// A phone's checkpoint in which a NAS COUNT ceiling is raised, on which what is sent later depends.
    RaiseUeCeilings(Box<UeRecord>),
    /// A phone is forgotten.
    RemoveUe(Imsi),
    /// A radio capability that some phone has.
    PutRadioCapability {
        /// The hash of the octets.
        hash: CapabilityHash,
        /// The octets, as the cell gave them.
        octets: Vec<u8>,
    },
    /// No phone has this radio capability any more.
    RemoveRadioCapability(CapabilityHash),
    /// A cell is learned.
    LearnCell(LearnedCell),
    /// A learned cell is forgotten, which makes room for another.
    ForgetCell(GlobalEnbId),
}

impl Change {
    /// The durability that the change needs.
    pub const fn durability(&self) -> Durability {
        match self {
            Self::Ceiling { .. }
            | Self::PutSubscriber(_)
            | Self::RemoveSubscriber(_)
            | Self::RaiseUeCeilings(_)
            | Self::LearnCell(_)
            | Self::ForgetCell(_) => Durability::Full,
            Self::PutUe(_)
            | Self::RemoveUe(_)
            | Self::PutRadioCapability { .. }
            | Self::RemoveRadioCapability(_) => Durability::Normal,
        }
    }
}

/// Numbers that must never be used twice, drawn under a ceiling that is persisted ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Counter {
    /// The common part of all SIMs' sequence numbers: SEQ of TS 33.102 C.1.1.1 before the subscriber's offset.
    Seq,
    /// The index behind M-TMSIs.
    MTmsi,
}

/// A cell that was admitted because it was among the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedCell {
    /// Its identity.
    pub enb: GlobalEnbId,
    /// The address that it came from.
    pub address: core::net::IpAddr,
}

/// All that the core starts from, as the store found it.
#[derive(Debug, Clone, Default)]
pub struct DurableState {
    /// Above what was ever drawn of [`Counter::Seq`].
    pub seq_ceiling: u64,
    /// Above what was ever drawn of [`Counter::MTmsi`].
    pub m_tmsi_ceiling: u64,
    /// The subscribers.
    pub subscribers: Vec<Subscriber>,
    /// The phones.
    pub ues: Vec<UeRecord>,
    /// The radio capabilities.
    pub radio_capabilities: Vec<(CapabilityHash, Vec<u8>)>,
    /// The cells that were learned.
    pub learned_cells: Vec<LearnedCell>,
}
