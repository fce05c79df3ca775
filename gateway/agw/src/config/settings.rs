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
    /// What the box has before it is a network.
    pub(crate) ground: Ground,
    /// Who the network is.
    pub(crate) network: NetworkSettings,
    /// Towards cells.
    pub(crate) s1ap: S1apSettings,
    /// Phones' packets.
    pub(crate) user_plane: UserPlaneSettings,
    /// Algorithms and refusals.
    pub(crate) security: SecuritySettings,
    /// The network's timers.
    pub(crate) timers: Timers,
    /// What is legal but perhaps not meant.
    pub(crate) notes: Vec<String>,
}

/// What the box has before it is a network: enough to be set up.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    /// What a new subscriber gets where nothing is said.
    pub(crate) subscribers: SubscriberDefaults,
    /// Whether the wall clock is believed.
    pub(crate) clock: ClockSettings,
    /// The bounds.
    pub(crate) limits: Limits,
    /// What is kept.
    pub(crate) store: StoreSettings,
    /// The local API.
    pub(crate) api: ApiSettings,
    /// The page.
    pub(crate) page: PageSettings,
    /// The way to the internet.
    pub(crate) backhaul: BackhaulSettings,
    /// The board.
    pub(crate) board: BoardSettings,
    /// The software of the box; absent where the gateway did not come with an image.
    pub(crate) software: Option<SoftwareSettings>,
    /// The log.
    pub(crate) log: LogSettings,
    /// The process.
    pub(crate) process: ProcessSettings,
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
    /// Whether the gateway sets the system's clock where nothing else does.
    pub(crate) set: bool,
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

/// `[page]`
#[derive(Debug, Clone)]
pub(crate) struct PageSettings {
    /// With TLS.
    pub(crate) listen: Vec<SocketAddr>,
    /// Without: says where the page is, and nothing else.
    pub(crate) http: Vec<SocketAddr>,
    /// Names besides `pumice.local` and private addresses.
    pub(crate) hosts: Vec<String>,
    /// The language of who has chosen none.
    pub(crate) language: String,
    /// Whether the box opens a WiFi of its own while it is no network yet.
    pub(crate) setup_wifi: bool,
    /// Where what is printed on the label is kept: the one-time code, the certificate.
    pub(crate) label: PathBuf,
    /// Whether `pumice.local` is announced.
    pub(crate) announce: bool,
    /// How long a change waits to be kept.
    pub(crate) trial: Duration,
}

/// `[backhaul]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackhaulSettings {
    /// Absent where the system's own configuration is left alone.
    pub(crate) way: Option<Way>,
    /// Where files for the system's network manager are written.
    pub(crate) files: PathBuf,
    /// What answers on the internet; a TCP connection to it is made and closed.
    pub(crate) probe: SocketAddr,
    /// How often, while it answers.
    pub(crate) probe_every: Duration,
}

/// How the box reaches the internet.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// Not at all.
    None,
    /// By cable; addresses come by DHCP.
    Dhcp,
    /// By cable, with an address of its own.
    Static { address: IpAddr, prefix: u8, router: IpAddr, dns: Vec<IpAddr> },
    /// By cable, over PPP with a name and a password.
    Pppoe { user: String, password: String },
    /// By a modem.
    Modem { apn: String, user: Option<String>, password: Option<String> },
    /// By somebody's WiFi; open if without a password.
    Wifi { ssid: String, password: Option<String> },
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl Way {
    /// The password in it.
    pub(crate) fn into_secret(self) -> Option<String> {
        match self {
            Self::Pppoe { password, .. } => Some(password),
            Self::Modem { password, .. } | Self::Wifi { password, .. } => password,
            Self::None | Self::Dhcp | Self::Static { .. } => None,
        }
    }

    /// The word for it in the configuration.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Dhcp => "dhcp",
            Self::Static { .. } => "static",
            Self::Pppoe { .. } => "pppoe",
            Self::Modem { .. } => "modem",
            Self::Wifi { .. } => "wifi",
        }
    }
}

/// `[board]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoardSettings {
    /// `auto`, the name of a board that is known, or a file that describes one.
    pub(crate) description: String,
    /// Whether the hardware watchdog is opened.
    pub(crate) watchdog: bool,
}

/// `[software]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SoftwareSettings {
    /// Where the gateway asks for updates, and puts them.
    pub(crate) requests: PathBuf,
    /// Where it reads what became of them.
    pub(crate) reports: PathBuf,
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
            limits: self.ground.limits,
            box_identity: identity,
        }
    }
}
