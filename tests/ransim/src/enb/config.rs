use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use pumice_model::identity::{CellIdentity, Ecgi, EnbId, GlobalEnbId, Plmn, Tac, Tai};
use pumice_wire::s1ap::{Cause, PagingDrx, SupportedTa};

/// What an eNB is and how it behaves.
#[derive(Debug, Clone)]
pub struct EnbConfig {
    /// Who it is.
    pub id: GlobalEnbId,
    /// What it calls itself.
    pub name: Option<String>,
    /// Its cell.
    pub ecgi: Ecgi,
    /// The area of its cell.
    pub tai: Tai,
    /// What it says in S1 Setup that it serves.
    pub supported_tas: Vec<SupportedTa>,
    /// Its paging cycle.
    pub default_paging_drx: PagingDrx,
    /// Where its user plane receives.
    pub address: IpAddr,
    /// The first TEID that it gives.
    pub first_teid: u32,
    /// Whether it asks for S1 Setup as soon as it has an association.
    pub sets_up: bool,
    /// How long it waits for the answer to S1 Setup, and after a failure without Time to Wait.
    pub setup_retry: Duration,
    /// After how long without traffic it asks for a phone's release.
    pub inactivity: Option<Duration>,
    /// When it sends UE Capability Info Indications.
    pub capability_info: CapabilityInfo,
    /// Makes every Initial Context Setup fail.
    pub context_setup_fails: Option<Cause>,
}

/// When an eNB sends a UE Capability Info Indication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CapabilityInfo {
    /// Before every Initial Context Setup Response, as srsENB.
    Always,
    /// When the MME does not know the capability yet.
    WhenUnknown,
    /// Never.
    Never,
}

impl EnbConfig {
    /// The eNB with this number of a network, in area `tac`. Its user plane is at 127.0.1.`number`, for tests in process.
    pub fn numbered(plmn: Plmn, tac: Tac, number: u8) -> Self {
        let enb = u32::from(number);
        let mut broadcast_plmns = heapless::Vec::new();
        // Room for six.
        let _ = broadcast_plmns.push(plmn);
        Self {
            id: GlobalEnbId { plmn, id: EnbId::Macro(enb) },
            name: Some(format!("ransim-{number}")),
            ecgi: Ecgi { plmn, cell: CellIdentity(enb << 8 | 1) },
            tai: Tai { plmn, tac },
            supported_tas: vec![SupportedTa { tac, broadcast_plmns }],
            default_paging_drx: PagingDrx::V128,
            address: IpAddr::V4(Ipv4Addr::new(127, 0, 1, number)),
            first_teid: enb << 20 | 1,
            sets_up: true,
            setup_retry: Duration::from_secs(10),
            inactivity: None,
            capability_info: CapabilityInfo::Always,
            context_setup_fails: None,
        }
    }
}
