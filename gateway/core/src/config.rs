//! What the operator decides.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::identity::{Gummei, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;

/// The configuration of the control plane: checked where it is read, legal here.
#[derive(Debug, Clone)]
pub struct Config {
    /// The network.
    pub plmn: Plmn,
    /// The tracking areas that are served.
    pub tacs: Vec<Tac>,
    /// MME group.
    pub mme_group: MmeGroupId,
    /// MME code.
    pub mme_code: MmeCode,
    /// What the MME calls itself to cells.
    pub mme_name: String,
    /// The name of the network on phones' screens.
    pub network_name: String,
    /// Its short form.
    pub network_short_name: String,
    /// Where the gateway receives GTP-U, as cells are told.
    pub user_plane_address: IpAddr,
    /// The phones' addresses.
    pub pool: AddressRange,
    /// DNS servers for phones, in order; the first two of each family are told.
    pub dns: Vec<IpAddr>,
    /// The largest IP packet that phones may send, octets.
    pub mtu: u16,
    /// Ciphering algorithms, best first: numbers of EEA.
    pub eea: Vec<u8>,
    /// Integrity algorithms, best first: numbers of EIA, never 0.
    pub eia: Vec<u8>,
    /// Who may be a cell.
    pub admission: CellAdmission,
    /// Whether an APN that the subscriber does not have is served by the profile of its default one (the wildcard APN of
    /// TS 23.003 9.2.1).
    pub any_apn: bool,
    /// The EMM cause for our own subscribers that are unknown, barred or not authentic.
    pub refusal: OwnRefusal,
    /// The network's timers.
    pub timers: Timers,
    /// The bounds.
    pub limits: Limits,
    /// What tells this box from others.
    pub box_identity: BoxIdentity,
}

impl Config {
    /// The identity of this MME.
    pub const fn gummei(&self) -> Gummei {
        Gummei { plmn: self.plmn, group: self.mme_group, code: self.mme_code }
    }
}

/// How our own SIMs are refused while they are not provisioned, barred or not paid. Both leave the SIM usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRefusal {
    /// #15: the phone looks for another network.
    NoSuitableCells,
    /// #22 with T3346: the phone comes again.
    Congestion,
}

/// A range of IPv4 addresses: a prefix whose first usable address is the gateway's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    /// The network address.
    pub network: Ipv4Addr,
    /// The length of the prefix: 8 to 29.
    pub prefix: u8,
}

impl AddressRange {
    /// Whether an address belongs to the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let IpAddr::V4(address) = address.to_canonical() else { return false };
        let hosts = u32::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0);
        u32::from(address) & !hosts == u32::from(self.network) & !hosts
    }
}

/// The network's timers (TS 24.301 table 10.2.2, TS 23.401 4.3.5.2) and the guards of S1AP procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// The time between periodic updates.
    pub t3412: Duration,
    /// How long after T3412 a silent phone is still thought reachable; then again as long until it is detached.
    pub reachable_grace: Duration,
    /// Paging again.
    pub t3413: Duration,
    /// How often a phone is paged.
    pub paging_attempts: u8,
    /// Detach request again.
    pub t3422: Duration,
    /// Attach accept again.
    pub t3450: Duration,
    /// Authentication request and security mode command again.
    pub t3460: Duration,
    /// Identity request again.
    pub t3470: Duration,
    /// ESM information request again.
    pub t3489: Duration,
    /// How long refused phones stay away at least; as long again is added by chance.
    pub t3346: Duration,
    /// How long a cell may take for an initial context setup.
    pub context_setup: Duration,
    /// How long a cell may take to release a connection.
    pub context_release: Duration,
    /// How long an association may take to begin S1 Setup.
    pub s1_setup: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t3412: Duration::from_secs(54 * 60),
            reachable_grace: Duration::from_secs(4 * 60),
            t3413: Duration::from_secs(4),
            paging_attempts: 4,
            t3422: Duration::from_secs(6),
            t3450: Duration::from_secs(6),
            t3460: Duration::from_secs(6),
            t3470: Duration::from_secs(6),
            t3489: Duration::from_secs(4),
            t3346: Duration::from_secs(15 * 60),
            context_setup: Duration::from_secs(10),
            context_release: Duration::from_secs(5),
            s1_setup: Duration::from_secs(30),
        }
    }
}
