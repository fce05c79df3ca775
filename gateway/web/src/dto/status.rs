use pumice_model::limits;
use pumice_model::query::{self, AdmissionView, StoreHealth};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::hex;

/// The state in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// Seconds that the process has run.
    #[schema(example = 86400)]
    pub uptime_seconds: u64,
    /// Which box this is.
    pub identity: BoxIdentity,
    /// The network: MCC and MNC.
    #[schema(example = "00101")]
    pub plmn: String,
    /// The tracking areas that it serves.
    #[schema(example = json!([1]))]
    pub tacs: Vec<u16>,
    /// The network's name on phones' screens.
    #[schema(example = "Village")]
    pub network_name: String,
    /// Subscribers.
    #[schema(example = 40)]
    pub subscribers: u32,
    /// Phones with a context.
    #[schema(example = 25)]
    pub phones: u32,
    /// Phones with a connection now.
    #[schema(example = 8)]
    pub connected: u32,
    /// Cells with S1 Setup done.
    #[schema(example = 1)]
    pub cells: u32,
    /// Who may be a cell.
    pub cell_admission: CellAdmission,
    /// Whether the disk takes what it is given.
    pub store: Store,
    /// Which SCTP is in use.
    #[schema(example = "kernel")]
    pub sctp: String,
    /// The bounds in force.
    pub limits: Limits,
}

impl From<query::Status> for Status {
    fn from(status: query::Status) -> Self {
        Self {
            version: status.version.to_owned(),
            uptime_seconds: status.uptime.as_secs(),
            identity: BoxIdentity {
                serial: hex(&status.identity.serial),
                mme_group: status.identity.mme_group.0,
                mme_code: status.identity.mme_code.0,
            },
            plmn: status.plmn.to_string(),
            tacs: status.tacs.iter().map(|tac| tac.0).collect(),
            network_name: status.network_name,
            subscribers: status.subscribers,
            phones: status.phones,
            connected: status.connected,
            cells: status.cells,
            cell_admission: status.cell_admission.into(),
            store: status.store.into(),
            sctp: status.sctp.to_owned(),
            limits: status.limits.into(),
        }
    }
}

/// Which box this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoxIdentity {
    /// Names the box; hexadecimal.
    #[schema(example = "6f1d2c3b4a5968778695a4b3c2d1e0f0")]
    pub serial: String,
    /// MME group.
    #[schema(example = 33025)]
    pub mme_group: u16,
    /// MME code.
    #[schema(example = 7)]
    pub mme_code: u8,
}

/// Who may be a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case")]
#[schema(example = json!({"mode": "learning", "remaining": 1}))]
pub enum CellAdmission {
    /// Those on a list.
    Listed {
        /// How many are on it.
        known: u32,
    },
    /// The next ones will be learned.
    Learning {
        /// How many more.
        remaining: u32,
    },
    /// All were learned: the door is locked.
    Locked,
}

impl From<AdmissionView> for CellAdmission {
    fn from(view: AdmissionView) -> Self {
        match view {
            AdmissionView::Listed(known) => Self::Listed { known },
            AdmissionView::Learning(remaining) => Self::Learning { remaining },
            AdmissionView::Locked => Self::Locked,
        }
    }
}

/// Whether the disk takes what it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "health", rename_all = "snake_case")]
#[schema(example = json!({"health": "good"}))]
pub enum Store {
    /// It does.
    Good,
    /// It does not: phones are served from memory, changes are refused.
    Failing {
        /// What the disk says.
        reason: String,
    },
}

impl From<StoreHealth> for Store {
    fn from(health: StoreHealth) -> Self {
        match health {
            StoreHealth::Good => Self::Good,
            StoreHealth::Failing { reason } => Self::Failing { reason },
        }
    }
}

/// The bounds in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Subscribers.
    pub subscribers: u32,
    /// Phones with a context.
    pub phones: u32,
    /// Phones with a connection.
    pub connections: u32,
    /// Bearers of all phones.
    pub bearers: u32,
    /// Cells.
    pub cells: u32,
    /// SCTP associations.
    pub associations: u32,
    /// Octets of UE radio capability of all phones.
    pub radio_capability_octets: u32,
    /// Octets of one UE radio capability.
    pub radio_capability_each: u32,
    /// Packets that wait for one idle phone.
    pub buffered_packets: u32,
    /// Octets that wait for all idle phones.
    pub buffered_octets: u32,
    /// Events that are kept.
    pub events: u32,
    /// Rows in one page.
    pub page: u32,
}

impl From<limits::Limits> for Limits {
    fn from(limits: limits::Limits) -> Self {
        Self {
            subscribers: limits.subscribers,
            phones: limits.phones,
            connections: limits.connections,
            bearers: limits.bearers,
            cells: limits.cells,
            associations: limits.associations,
            radio_capability_octets: limits.radio_capability_octets,
            radio_capability_each: limits.radio_capability_each,
            buffered_packets: limits.buffered_packets,
            buffered_octets: limits.buffered_octets,
            events: limits.events,
            page: limits.page,
        }
    }
}
