//! The door through which web and command line look at the gateway. What it shows holds no key.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use crate::box_identity::BoxIdentity;
use crate::control::Pending;
use crate::event::EventRecord;
use crate::identity::{Apn, Ebi, Ecgi, GlobalEnbId, Guti, Imeisv, Imsi, Plmn, Tac, Tai};
use crate::limits::Limits;
use crate::rules::Usage;
use crate::subscriber::{Ambr, Qci, SubscriberState};

/// Looks at the gateway.
pub trait Query: Send + Sync {
    /// The state in short.
    fn status(&self) -> Pending<Status>;

    /// Cells in order of their identity.
    fn cells(&self, page: PageRequest) -> Pending<Page<CellView>>;

    /// Phones in order of their IMSI.
    fn phones(&self, page: PageRequest) -> Pending<Page<PhoneView>>;

    /// Subscribers in order of their IMSI.
    fn subscribers(&self, page: PageRequest) -> Pending<Page<SubscriberView>>;

    /// One subscriber.
    fn subscriber(&self, imsi: Imsi) -> Pending<SubscriberView>;

    /// Events, the oldest kept first.
    fn events(&self, page: PageRequest) -> Pending<Page<EventRecord>>;

    /// All counters and gauges.
    fn metrics(&self) -> Pending<Vec<Metric>>;
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// What the page before gave as `next`; the first page, if absent.
    pub after: Option<String>,
    /// The most rows; [`Limits::page`] if absent or larger.
    pub limit: Option<u32>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What asks for the next page, if there is one.
    pub next: Option<String>,
}

/// The state in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The program's version.
    pub version: &'static str,
    /// How long the process has run.
    pub uptime: Duration,
    /// Which box this is.
    pub identity: BoxIdentity,
    /// The network that it is.
    pub plmn: Plmn,
    /// The tracking areas that it serves.
    pub tacs: Vec<Tac>,
    /// The network's name on phones' screens.
    pub network_name: String,
    /// Subscribers.
    pub subscribers: u32,
    /// Phones with a context.
    pub phones: u32,
    /// Phones with a connection now.
    pub connected: u32,
    /// Cells with S1 Setup done.
    pub cells: u32,
    /// Whether cells are learned, and how many more may be.
    pub cell_admission: AdmissionView,
    /// Whether the disk takes what it is given.
    pub store: StoreHealth,
    /// Which SCTP is in use.
    pub sctp: &'static str,
    /// The bounds in force.
    pub limits: Limits,
}

/// Who may be a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdmissionView {
    /// Those on a list of so many.
    Listed(u32),
    /// The next so many will be learned.
    Learning(u32),
    /// All were learned: the door is locked.
    Locked,
}

/// Whether the disk takes what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreHealth {
    /// It does.
    Good,
    /// It does not: phones are served from memory, changes are refused.
    Failing {
        /// What the disk says.
        reason: String,
    },
}

/// A cell as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellView {
    /// Its identity.
    pub enb: GlobalEnbId,
    /// What it calls itself.
    pub name: String,
    /// Its association's peer; absent if it is known but not here.
    pub peer: Option<SocketAddr>,
    /// The areas that it broadcasts.
    pub tais: Vec<Tai>,
    /// Phones connected through it.
    pub phones: u32,
    /// Whether it was learned.
    pub learned: bool,
}

/// A phone as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneView {
    /// The subscriber.
    pub imsi: Imsi,
    /// The subscriber's name.
    pub name: String,
    /// The device.
    pub imeisv: Option<Imeisv>,
    /// The temporary identity.
    pub guti: Option<Guti>,
    /// Whether it has a connection now.
    pub connected: bool,
    /// The cell that it was last heard in.
    pub cell: Option<Ecgi>,
    /// Since when nothing was heard of it.
    pub silent_for: Duration,
    /// Its bearers.
    pub bearers: Vec<BearerView>,
    /// The ciphering in use: `EEA0` to `EEA3`.
    pub ciphering: &'static str,
    /// The integrity protection in use: `EIA1` to `EIA3`.
    pub integrity: &'static str,
}

/// A bearer as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerView {
    /// Its identity.
    pub ebi: Ebi,
    /// Its APN.
    pub apn: Apn,
    /// The phone's address.
    pub address: IpAddr,
    /// Its class.
    pub qci: Qci,
    /// The most that it may take.
    pub ambr: Ambr,
    /// What it has used.
    pub usage: Usage,
}

/// A subscriber as an operator sees it: without keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberView {
    /// The identity on the SIM.
    pub imsi: Imsi,
    /// What the operator calls it.
    pub name: String,
    /// Whether it is served.
    pub state: SubscriberState,
    /// Its APNs with their class.
    pub apns: Vec<(Apn, Qci, Ambr)>,
    /// The most that all its bearers may take together.
    pub ambr: Ambr,
    /// Whether voice over IMS is promised to it.
    pub ims_voice: bool,
    /// Whether its phone is attached.
    pub attached: bool,
}

/// A counter or a gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name without the prefix `pumice_`.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// Whether it only goes up.
    pub kind: MetricKind,
    /// Its label and the label's value, if it has one.
    pub label: Option<(&'static str, String)>,
    /// The value.
    pub value: u64,
}

/// Whether a metric only goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// It does.
    Counter,
    /// It goes both ways.
    Gauge,
}
