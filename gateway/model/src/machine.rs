//! The box under the gateway, as its people see it: its health, its connections, what can be done with it.

use core::net::IpAddr;
use core::time::Duration;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Good,
    /// Not known, or there is no such thing on this box.
    Unknown,
    /// It works, and somebody should look.
    Warn,
    /// It does not work.
    Bad,
}

/// What the box knows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineView {
    /// The board.
    pub board: BoardView,
    /// The power.
    pub power: PowerView,
    /// The clock.
    pub clock: ClockView,
    /// The disk.
    pub disk: DiskView,
    /// The way to the internet.
    pub backhaul: BackhaulView,
    /// Network interfaces, without loopback and the phones' own.
    pub interfaces: Vec<InterfaceView>,
    /// Thousandths of a degree Celsius, where there is a sensor.
    pub temperature_millicelsius: Option<i32>,
}

/// The board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardView {
    /// Its name.
    pub name: String,
    /// What of its description is not there, and what is not known of this board.
    pub notes: Vec<String>,
    /// The ways to the internet that it has, in the words of the setting `backhaul.way`.
    pub ways: Vec<&'static str>,
    /// Whether it can open a WiFi of its own for setup.
    pub access_point: bool,
    /// Whether it can switch the cell's power.
    pub switches_cell: bool,
}

/// The power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PowerView {
    /// Nothing on this board tells.
    Unknown,
    /// From the mains.
    Mains {
        /// Millivolts.
        millivolts: Option<u32>,
    },
    /// From a battery.
    Battery {
        /// Of its charge, 0 to 100, where a gauge tells.
        percent: Option<u8>,
        /// Millivolts.
        millivolts: u32,
        /// Whether it is low: below the board's first threshold.
        low: bool,
        /// Whether it is being charged, where that is known.
        charging: Option<bool>,
        /// Whether the cell was switched off to save it.
        cell_off: bool,
    },
}

/// The clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockView {
    /// Whether it is trusted.
    pub trusted: bool,
    /// What it was set by: `ntp`, `gnss`, `rtc`, `last-known`, `none`.
    pub source: &'static str,
    /// Seconds since 1970, trusted or not.
    pub unix_seconds: u64,
    /// Local time, in quarters of an hour east of UTC.
    pub zone_quarters: i8,
}

/// The disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskView {
    /// Octets free for the gateway.
    pub free: u64,
    /// Octets in all.
    pub total: u64,
    /// What is wrong with it, if something is.
    pub failing: Option<String>,
}

/// The way to the internet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackhaulView {
    /// How it is made: the setting `backhaul.way`; `file` where nobody set it and the system does it by itself.
    pub way: String,
    /// The interface of the default route, if there is one.
    pub interface: Option<String>,
    /// Whether the probe answers: absent while not known.
    pub online: Option<bool>,
    /// For how long it has been as it is.
    pub since: Duration,
    /// Seconds since 1970 of the change, if the clock was trusted then.
    pub since_unix: Option<u64>,
    /// Milliseconds to the probe and back.
    pub delay_millis: Option<u32>,
    /// Why it is off, in plain words: no cable, no address, no answer.
    pub why: Option<&'static str>,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceView {
    /// Its name.
    pub name: String,
    /// What it is for on this board: `cell`, `backhaul`, `lan`, `wifi`, or nothing.
    pub role: &'static str,
    /// Whether it has a carrier.
    pub up: bool,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// What starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// The gateway.
    Gateway,
    /// The whole box.
    Box,
}

/// How much is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reset {
    /// What was set on the page; phones stay.
    Settings,
    /// Everything but the label: accounts, phones, settings, history.
    Factory,
}

/// What is captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureRequest {
    /// The interface, by name.
    pub interface: String,
    /// Only packets of this address, if given.
    pub address: Option<IpAddr>,
    /// Seconds at most.
    pub seconds: u32,
    /// Octets of the file at most.
    pub octets: u64,
}

/// A capture that runs or has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureView {
    /// Its name, which names its file.
    pub name: String,
    /// What was asked.
    pub request: CaptureRequest,
    /// Whether it still runs.
    pub running: bool,
    /// Octets so far.
    pub octets: u64,
    /// Packets so far.
    pub packets: u64,
}

/// A SIM of a batch, as a vendor gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSim {
    /// The number printed on the card (ITU-T E.118): 18 to 20 digits.
    pub iccid: String,
    /// What is on it.
    pub subscriber: crate::subscriber::Subscriber,
}

/// What a backup holds, told before it takes the place of all that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupView {
    /// Seconds since 1970 when it was made, if the clock was trusted then.
    pub made_unix: Option<u64>,
    /// Which box it was made on.
    pub box_name: String,
    /// The network's name; empty if it was not set up.
    pub network: String,
    /// Subscribers.
    pub subscribers: u32,
    /// Accounts.
    pub accounts: u32,
    /// Whether it was made on this very box.
    pub same_box: bool,
}
