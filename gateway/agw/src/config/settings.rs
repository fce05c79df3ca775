use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use pumice_core::config::{AddressRange, Config, OwnRefusal, Timers};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::identity::{MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_sctp::Backend;
use pumice_web::SubscriberDefaults;
use tracing::Level;

/// Where the local API listens unless configured.
pub(super) const API: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A legal configuration.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Who the network is.
    pub(crate) network: NetworkSettings,
    /// Whether the wall clock is believed.
    pub(crate) clock: ClockSettings,
    /// Towards cells.
    pub(crate) s1ap: S1apSettings,
    /// Phones' packets.
    pub(crate) user_plane: UserPlaneSettings,
    /// What a new subscriber gets where nothing is said.
    pub(crate) subscribers: SubscriberDefaults,
    /// Algorithms and refusals.
    pub(crate) security: SecuritySettings,
    /// The network's timers.
    pub(crate) timers: Timers,
    /// The bounds.
    pub(crate) limits: Limits,
    /// What is kept.
    pub(crate) store: StoreSettings,
    /// The local API.
    pub(crate) api: ApiSettings,
    /// The log.
    pub(crate) log: LogSettings,
    /// The process.
    pub(crate) process: ProcessSettings,
    /// What is legal but perhaps not meant.
    pub(crate) notes: Vec<String>,
}

/// `[network]`
#[derive(Debug, Clone)]
pub(crate) struct NetworkSettings {
    pub(crate) plmn: Plmn,
    pub(crate) name: String,
    pub(crate) short_name: String,
    /// What follows is of the box unless configured.
    pub(crate) tacs: Option<Vec<Tac>>,
    pub(crate) mme_group: Option<MmeGroupId>,
    pub(crate) mme_code: Option<MmeCode>,
    pub(crate) mme_name: Option<String>,
}

/// `[clock]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockSettings {
    pub(crate) trust: ClockTrust,
    /// Quarters of an hour east of UTC.
    pub(crate) zone_quarters: i8,
}

/// When the wall clock is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockTrust {
    /// While the kernel says that something disciplines it.
    Kernel,
    /// Always: the box has a good clock of its own.
    Always,
    /// Never.
    Never,
}

/// `[s1ap]`
#[derive(Debug, Clone)]
pub(crate) struct S1apSettings {
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) sctp: Backend,
    pub(crate) admission: CellAdmission,
}

/// `[user_plane]`
#[derive(Debug, Clone)]
pub(crate) struct UserPlaneSettings {
    pub(crate) listen: Vec<IpAddr>,
    pub(crate) advertise: IpAddr,
    pub(crate) tun: String,
    pub(crate) pool: AddressRange,
    pub(crate) mtu: u16,
    pub(crate) dns: Vec<IpAddr>,
    pub(crate) nat: Nat,
    pub(crate) phone_to_phone: bool,
}

/// How phones reach the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Nat {
    /// Behind the gateway's own address on this interface, or on whichever the route takes.
    Masquerade { outside: Option<String> },
    /// With their own addresses.
    Routed,
}

/// `[security]`
#[derive(Debug, Clone)]
pub(crate) struct SecuritySettings {
    pub(crate) eea: Vec<u8>,
    pub(crate) eia: Vec<u8>,
    pub(crate) refusal: OwnRefusal,
    pub(crate) any_apn: bool,
}

/// `[store]`
#[derive(Debug, Clone)]
pub(crate) struct StoreSettings {
    pub(crate) path: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) database_octets: u64,
    pub(crate) log_octets: u64,
    pub(crate) sync_delay: Duration,
}

/// `[api]`
#[derive(Debug, Clone)]
pub(crate) struct ApiSettings {
    pub(crate) listen: SocketAddr,
    pub(crate) hosts: Vec<String>,
}

/// `[log]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogSettings {
    pub(crate) level: Level,
    pub(crate) imsi: ImsiInLog,
}

/// How much of an IMSI the log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImsiInLog {
    /// The network and the last three digits.
    Short,
    /// All of it.
    Full,
}

/// `[process]`
#[derive(Debug, Clone)]
pub(crate) struct ProcessSettings {
    pub(crate) user: Option<String>,
}

impl Settings {
    /// What the core is told; where the file leaves the identity open, it is this box's own.
    pub(crate) fn core(&self, identity: BoxIdentity) -> Config {
        let network = &self.network;
        let [a, b, ..] = identity.serial;
        Config {
            plmn: network.plmn,
            tacs: network.tacs.clone().unwrap_or_else(|| vec![identity.tac]),
            mme_group: network.mme_group.unwrap_or(identity.mme_group),
            mme_code: network.mme_code.unwrap_or(identity.mme_code),
            mme_name: network.mme_name.clone().unwrap_or_else(|| format!("pumice-{a:02x}{b:02x}")),
            network_name: network.name.clone(),
            network_short_name: network.short_name.clone(),
            user_plane_address: self.user_plane.advertise,
            pool: self.user_plane.pool,
            dns: self.user_plane.dns.clone(),
            mtu: self.user_plane.mtu,
            eea: self.security.eea.clone(),
            eia: self.security.eia.clone(),
            admission: self.s1ap.admission.clone(),
            any_apn: self.security.any_apn,
            refusal: self.security.refusal,
            timers: self.timers,
            limits: self.limits,
            box_identity: identity,
        }
    }
}
