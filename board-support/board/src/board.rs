//! What a board is made of: the types that a board file is read into.

use std::net::Ipv4Addr;

use crate::fan::Curve;
use crate::power::Thresholds;

/// A board, as its file describes it. Every value in it has been checked; what a file may hold is bounded by the readers
/// (`file/sections.rs`): at most 8 of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// What configuration and diagnostics call it: lower-case letters, digits, hyphens.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// The `compatible` strings of the device tree that mean this board. Empty for a generic one.
    pub compatible: Vec<String>,
    /// What has never run on the real board, a sentence each. Shown with the diagnostics.
    pub never_run: Vec<String>,
    /// The page's address on every LAN interface, whatever else is configured.
    pub fallback_address: Ipv4Addr,
    /// How many leading bits of it are the network's.
    pub fallback_prefix: u8,
    /// What the box may reach the internet by.
    pub backhaul: Vec<Backhaul>,
    /// The interfaces, in the order in which they are looked for.
    pub interfaces: Vec<Interface>,
    /// The lamps of the status LED, one of each colour at most.
    pub lamps: Vec<LampParts>,
    /// The reset button.
    pub button: Option<ButtonWire>,
    /// The hardware watchdog.
    pub watchdog: Option<WatchdogParts>,
    /// Temperature sensors.
    pub temperatures: Vec<TemperatureParts>,
    /// Voltage and current sensors.
    pub supplies: Vec<SupplyParts>,
    /// The hwmon device that raises `in0_lcrit_alarm` when the board's supply is too weak.
    pub undervoltage: Option<String>,
    /// The real-time clock, a name in `/sys/class/rtc`.
    pub rtc: Option<String>,
    /// The fan.
    pub fan: Option<FanParts>,
    /// The modem's AT port.
    pub modem: Option<SerialParts>,
    /// The GNSS receiver.
    pub gnss: Option<GnssParts>,
    /// The block device with the data.
    pub storage: Option<String>,
    /// The supervisor microcontroller's line.
    pub supervisor: Option<SerialParts>,
    /// The switch in the cell's supply, where the board itself has one.
    pub cell_power: Option<CellPower>,
    /// The battery.
    pub battery: Option<BatteryParts>,
}

/// A way to the internet that a board is able to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backhaul {
    /// A cable, with DHCP or a fixed address.
    Ethernet,
    /// PPPoE over a cable.
    Pppoe,
    /// Somebody's WiFi.
    WifiClient,
    /// The board's own modem.
    Modem,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The names that it may have, best first. A `*` at the end stands for any rest.
    pub names: Vec<String>,
    /// What it is made of.
    pub medium: Medium,
    /// What it may serve for, best first.
    pub roles: Vec<Role>,
}

/// What an interface is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A cable.
    Ethernet,
    /// WiFi.
    Wifi,
    /// A modem's network interface.
    Modem,
}

/// What an interface may serve for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The cell is here (S1 and GTP-U).
    Cell,
    /// The internet is here.
    Backhaul,
    /// The shop's own network is here.
    Lan,
    /// The setup access point is made here.
    Setup,
}

/// A colour of the status LED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Green.
    Green,
    /// Red.
    Red,
    /// Blue.
    Blue,
    /// Amber, as one lamp.
    Amber,
    /// White, as one lamp.
    White,
}

/// A lamp of the status LED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LampParts {
    /// Its colour.
    pub colour: Colour,
    /// What it hangs on.
    pub wire: LampWire,
}

/// What a lamp hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LampWire {
    /// A GPIO line.
    Line(LineParts),
    /// A name in `/sys/class/leds`.
    Sysfs(String),
}

/// A GPIO line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineParts {
    /// The chip: its device (`gpiochip0`) or its label (`pinctrl-bcm2711`), which stays the same when devices come in another
    /// order.
    pub chip: String,
    /// The line's number on the chip.
    pub line: u32,
    /// Whether a low level means on, or pressed.
    pub active_low: bool,
    /// The resistor that the chip shall switch to the line.
    pub bias: Bias,
}

/// The resistor that a GPIO chip switches to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// Leave it as it is.
    AsIs,
    /// To the supply.
    PullUp,
    /// To ground.
    PullDown,
}

/// How the reset button is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonWire {
    /// A GPIO line.
    Line(LineParts),
    /// An input device by its name, and the code of the key.
    Evdev {
        /// As in `/sys/class/input/event*/device/name`.
        name: String,
        /// As in `linux/input-event-codes.h`.
        key: u16,
    },
}

/// The hardware watchdog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchdogParts {
    /// Its device.
    pub device: String,
    /// Seconds without feeding after which it resets the board.
    pub timeout_s: u16,
}

/// A temperature sensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemperatureParts {
    /// What it is the temperature of.
    pub name: String,
    /// The `type` of the thermal zone.
    pub zone: String,
    /// Degrees Celsius from which on it is too hot.
    pub hot: i16,
}

/// An INA219, INA226 or INA231 in a supply line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyParts {
    /// What it measures.
    pub name: String,
    /// The chip.
    pub chip: Chip,
    /// The number of the I2C bus: `/dev/i2c-N`.
    pub bus: u8,
    /// The chip's address, seven bits.
    pub address: u8,
    /// The shunt, in micro-ohms.
    pub shunt_micro_ohm: u32,
    /// The most current that is expected, in milliamperes.
    pub max_milliamps: u32,
}

/// A measuring chip of Texas Instruments' INA2xx family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chip {
    /// INA219: 12 bits.
    Ina219,
    /// INA226: 16 bits, and it can say who it is.
    Ina226,
    /// INA231: as INA226, without an identity.
    Ina231,
}

/// A fan on a hwmon device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanParts {
    /// The `name` of the hwmon device.
    pub hwmon: String,
    /// Who decides its speed.
    pub control: FanControl,
}

/// Who decides a fan's speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FanControl {
    /// The kernel's thermal governor. The speed is only shown.
    Kernel,
    /// We do, by the hottest temperature.
    Curve(Curve),
}

/// A serial port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialParts {
    /// Its device.
    pub tty: String,
    /// Bits per second.
    pub baud: u32,
}

/// A GNSS receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GnssParts {
    /// Where its NMEA comes from.
    pub port: SerialParts,
    /// Its pulse per second: a name in `/sys/class/pps`.
    pub pps: Option<String>,
}

/// The switch in the cell's supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPower {
    /// The line that switches it.
    pub line: LineParts,
    /// Seconds that the cell stays off at least, so that its supplies are empty before they come back.
    pub off_s: u16,
}

/// The battery and what is done as it empties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatteryParts {
    /// Who measures it.
    pub source: BatterySource,
    /// When what is done.
    pub thresholds: Thresholds,
}

/// Who measures the battery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatterySource {
    /// The supervisor microcontroller says it.
    Supervisor,
    /// The supply of this name.
    Supply(String),
}
