//! What tells this box from its neighbours.

use serde::{Deserialize, Serialize};

use crate::identity::{MmeCode, MmeGroupId, Tac};

/// Drawn from the operating system's randomness at first start and kept for the life of the box, so that two boxes of one
/// operator in neighbouring villages differ without anyone planning it. A configuration may override the first three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxIdentity {
    /// Names the box to the orchestrator and in backups.
    pub serial: [u8; 16],
    /// MME group.
    pub mme_group: MmeGroupId,
    /// MME code.
    pub mme_code: MmeCode,
    /// Tracking area code that the box serves unless configured.
    pub tac: Tac,
    /// The first TEID that the box hands out, so that a cell's stale tunnel to a neighbour does not fit.
    pub first_teid: u32,
    /// The first IND of this box's subset (TS 33.102 C.3.2): a multiple of four below 32.
    pub first_ind: u8,
    /// Key of the permutation that hides how many M-TMSIs were given.
    pub m_tmsi_seed: u64,
}
