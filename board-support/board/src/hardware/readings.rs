//! What the board says: readings and events, plain values.

use core::time::Duration;

use crate::button::Press;
use crate::gnss::{Counters, Fix, GnssTime, Phase};
use crate::ina2xx::Measurement;
use crate::power::{Action, Level};
use crate::sysfs::PowerSupply;
use crate::watchdog::MAX_PARTS;

/// A part that the board file names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub part: String,
    /// Why.
    pub reason: String,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The battery wants something to be done. Several come in the order in which they are to be done.
    Battery(Action),
    /// The button was pressed.
    Button(Press),
    /// It became too hot, or cool again.
    Hot {
        /// What.
        name: String,
        /// Which of both.
        hot: bool,
        /// How hot, in thousandths of a degree Celsius.
        millidegrees: i32,
    },
    /// The phase changed.
    Phase(Phase),
    /// Who is stuck changed; the watchdog is fed again when there is nobody.
    Stuck(heapless::Vec<&'static str, MAX_PARTS>),
    /// The board's supply became too weak, or strong enough again.
    Undervoltage(bool),
}

/// A temperature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemperatureReading {
    /// What of.
    pub name: String,
    /// Thousandths of a degree Celsius.
    pub millidegrees: Option<i32>,
    /// Whether it is too hot.
    pub hot: bool,
}

/// A supply line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyReading {
    /// Which.
    pub name: String,
    /// Voltage and current, or why there are none.
    pub measured: Result<Measurement, String>,
}

/// The battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatteryReading {
    /// Its voltage.
    pub millivolts: Option<u32>,
    /// What has been done for it.
    pub level: Level,
    /// Whether there have been no readings to go by.
    pub blind: bool,
}

/// The GNSS receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GnssReading {
    /// Whether it says anything.
    pub talking: bool,
    /// Where it is.
    pub fix: Option<Fix>,
    /// The time.
    pub time: Option<GnssTime>,
    /// Satellites in view.
    pub in_view: u16,
    /// What came over the wire.
    pub counters: Counters,
}

/// The watchdog that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchdogReading {
    /// For how long it waits.
    pub timeout: Duration,
    /// Whether it was what reset the board the last time, if it tells.
    pub reset_the_board: Option<bool>,
}

/// What was read last. A part that is not there is `None`, or not on its list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings {
    /// Temperatures.
    pub temperatures: Vec<TemperatureReading>,
    /// Supply lines.
    pub supplies: Vec<SupplyReading>,
    /// Supplies that the kernel knows.
    pub power_supplies: Vec<PowerSupply>,
    /// Whether the board's supply is too weak.
    pub undervoltage: Option<bool>,
    /// What the real-time clock says, in seconds since 1970.
    pub rtc: Option<u64>,
    /// How fast the fan was told to turn; `None` where the kernel decides.
    pub fan_percent: Option<u8>,
    /// How fast it turns.
    pub fan_rpm: Option<u32>,
    /// The GNSS receiver.
    pub gnss: Option<GnssReading>,
    /// The phase; `None` where the board has no pulse per second.
    pub phase: Option<Phase>,
    /// Whether the cell has power; `None` where the board does not switch it, or where that is not known.
    pub cell_powered: Option<bool>,
    /// The battery.
    pub battery: Option<BatteryReading>,
    /// The watchdog.
    pub watchdog: Option<WatchdogReading>,
    /// Who is stuck.
    pub stuck: heapless::Vec<&'static str, MAX_PARTS>,
}
