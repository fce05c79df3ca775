use pumice_model::machine::{self, MachineView, PowerView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SecretText;
use super::object::only_objects;
use super::words::words;

/// The box under the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Machine {
    /// The board.
    pub board: Board,
    /// The power.
    pub power: Power,
    /// The clock.
    pub clock: Clock,
    /// The disk.
    pub disk: Disk,
    /// The way to the internet.
    pub backhaul: Backhaul,
    /// Network interfaces, without loopback and the phones' own.
    pub interfaces: Vec<Interface>,
    /// Thousandths of a degree Celsius; null without a sensor.
    #[schema(required = true, example = 45_500)]
    pub temperature_millicelsius: Option<i32>,
}

/// The board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// Its name.
    #[schema(example = "Raspberry Pi 4")]
    pub name: String,
    /// What of its description is not there, and what is not known of it.
    pub notes: Vec<String>,
    /// The ways to the internet that it has, in the words of the setting `backhaul.way`.
    #[schema(example = json!(["none", "dhcp", "static"]))]
    pub ways: Vec<String>,
    /// Whether it can open a WiFi of its own for setup.
    pub access_point: bool,
    /// Whether it can switch the cell's power.
    pub switches_cell: bool,
}

/// The power.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "source", rename_all = "snake_case")]
#[schema(example = json!({"source": "mains", "millivolts": 5100}))]
pub enum Power {
    /// Nothing on this board tells.
    Unknown,
    /// From the mains.
    Mains {
        /// Millivolts; null if they are not measured.
        #[schema(required = true)]
        millivolts: Option<u32>,
    },
    /// From a battery.
    Battery {
        /// Of its charge, 0 to 100; null if no gauge tells.
        #[schema(required = true)]
        percent: Option<u8>,
        /// Millivolts.
        millivolts: u32,
        /// Whether it is low: below the board's first threshold.
        low: bool,
        /// Whether it is being charged; null if that is not known.
        #[schema(required = true)]
        charging: Option<bool>,
        /// Whether the cell was switched off to save it.
        cell_off: bool,
    },
}

/// The clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// Whether it is trusted.
    pub trusted: bool,
    /// What it was set by: `ntp`, `gnss`, `rtc`, `last-known`, `none`.
    #[schema(example = "ntp")]
    pub source: String,
    /// Seconds since 1970, trusted or not.
    #[schema(example = 1_795_608_000)]
    pub unix_seconds: u64,
    /// Local time, in quarters of an hour east of UTC.
    #[schema(example = 12)]
    pub zone_quarters: i8,
}

/// The disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disk {
    /// Octets free for the gateway.
    #[schema(example = 8_589_934_592_u64)]
    pub free_octets: u64,
    /// Octets in all.
    #[schema(example = 34_359_738_368_u64)]
    pub total_octets: u64,
    /// What is wrong with it; null if nothing is.
    #[schema(required = true)]
    pub failing: Option<String>,
}

/// The way to the internet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backhaul {
    /// How it is made: the setting `backhaul.way`; `file` where nobody set it and the system does it by itself.
    #[schema(example = "dhcp")]
    pub way: String,
    /// The interface of the default route; null if there is none.
    #[schema(required = true, example = "eth0")]
    pub interface: Option<String>,
    /// Whether the internet answers; null while not known.
    #[schema(required = true, example = true)]
    pub online: Option<bool>,
    /// Seconds since it has been so.
    #[schema(example = 3600)]
    pub since_seconds: u64,
    /// Seconds since 1970 of the change; null if the clock was not trusted then.
    #[schema(required = true, example = 1_795_604_400)]
    pub since_unix: Option<u64>,
    /// Milliseconds to the internet and back; null if it does not answer.
    #[schema(required = true, example = 40)]
    pub delay_millis: Option<u32>,
    /// Why it is off; null if it is not.
    #[schema(required = true, example = "no cable")]
    pub why: Option<String>,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Interface {
    /// Its name.
    #[schema(example = "eth0")]
    pub name: String,
    /// What it is for on this board: `cell`, `backhaul`, `lan`, `wifi`, or empty.
    #[schema(example = "backhaul")]
    pub role: String,
    /// Whether it has a carrier.
    pub up: bool,
    /// Its addresses.
    #[schema(example = json!(["192.168.1.10"]))]
    pub addresses: Vec<String>,
}

impl From<MachineView> for Machine {
    fn from(view: MachineView) -> Self {
        Self {
            board: view.board.into(),
            power: view.power.into(),
            clock: Clock {
                trusted: view.clock.trusted,
                source: view.clock.source.to_owned(),
                unix_seconds: view.clock.unix_seconds,
                zone_quarters: view.clock.zone_quarters,
            },
            disk: Disk {
                free_octets: view.disk.free,
                total_octets: view.disk.total,
                failing: view.disk.failing,
            },
            backhaul: view.backhaul.into(),
            interfaces: view.interfaces.into_iter().map(Interface::from).collect(),
            temperature_millicelsius: view.temperature_millicelsius,
        }
    }
}

impl From<machine::BoardView> for Board {
    fn from(board: machine::BoardView) -> Self {
        Self {
            name: board.name,
            notes: board.notes,
            ways: board.ways.into_iter().map(str::to_owned).collect(),
            access_point: board.access_point,
            switches_cell: board.switches_cell,
        }
    }
}

impl From<PowerView> for Power {
    fn from(power: PowerView) -> Self {
        match power {
            PowerView::Unknown => Self::Unknown,
            PowerView::Mains { millivolts } => Self::Mains { millivolts },
            PowerView::Battery { percent, millivolts, low, charging, cell_off } => {
                Self::Battery { percent, millivolts, low, charging, cell_off }
            }
        }
    }
}

impl From<machine::BackhaulView> for Backhaul {
    fn from(backhaul: machine::BackhaulView) -> Self {
        Self {
            way: backhaul.way,
            interface: backhaul.interface,
            online: backhaul.online,
            since_seconds: backhaul.since.as_secs(),
            since_unix: backhaul.since_unix,
            delay_millis: backhaul.delay_millis,
            why: backhaul.why.map(str::to_owned),
        }
    }
}

impl From<machine::InterfaceView> for Interface {
    fn from(interface: machine::InterfaceView) -> Self {
        Self {
            name: interface.name,
            role: interface.role.to_owned(),
            up: interface.up,
            addresses: interface.addresses.iter().map(ToString::to_string).collect(),
        }
    }
}

words! {
    /// What starts anew.
    RestartWhat, UnknownRestartWhat, "gateway or box" {
        /// The gateway.
        Gateway => "gateway",
        /// The whole box.
        Box => "box",
    }
}

words! {
    /// How much is forgotten.
    ResetWhat, UnknownResetWhat, "settings or factory" {
        /// What was set on the page; phones stay.
        Settings => "settings",
        /// Everything but the label: accounts, phones, settings, history.
        Factory => "factory",
    }
}

/// What is to start anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct RestartOrder {
    /// What.
    pub what: RestartWhat,
}

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"how_much": "settings", "confirm": "RESET"}))]
pub struct ResetOrder {
    /// How much.
    pub how_much: ResetWhat,
    /// The word `RESET`, so that nobody does it by mistake.
    #[schema(pattern = "^RESET$")]
    pub confirm: String,
}

/// What a backup is encrypted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"recovery_key": "7HQ2-M4XK-9TPV-3RD0-GZ8W-N5J8"}))]
pub struct BackupOrder {
    /// The recovery key: 24 characters of Crockford's base32, the last of which checks the others, in groups as one likes.
    /// Whoever asks makes and keeps it: no answer ever holds it.
    #[schema(value_type = String, write_only, min_length = 16, max_length = 128)]
    pub recovery_key: SecretText,
}

only_objects!(RestartOrder, ResetOrder, BackupOrder);
