//! Cells: who is admitted, and what is remembered of them.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::identity::GlobalEnbId;

/// Who may be a cell of this network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellAdmission {
    /// These and no others.
    Only(Vec<KnownCell>),
    /// The first so many that complete S1 Setup are learned and kept; then the door is locked.
    Learn {
        /// How many are learned.
        first: u32,
    },
}

/// A cell that is admitted: by its address, its identity, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCell {
    /// The address that its association comes from; any, if absent.
    pub address: Option<IpAddr>,
    /// The identity in its S1 Setup; any, if absent.
    pub enb: Option<GlobalEnbId>,
}

impl KnownCell {
    /// Whether a cell with this address and identity is meant.
    pub fn admits(&self, address: IpAddr, enb: GlobalEnbId) -> bool {
        self.address.is_none_or(|known| known == address) && self.enb.is_none_or(|known| known == enb)
    }
}
