//! The sections of a board file, each read into its part of [`Board`].

use toml::de::DeValue;

use super::document::{Document, Section};
use super::value;
use crate::board::{
    Backhaul, BatteryParts, BatterySource, Bias, Board, ButtonWire, CellPower, Chip, Colour, FanControl,
    FanParts, GnssParts, Interface, LampParts, LampWire, LineParts, Medium, Role, SerialParts, SupplyParts,
    TemperatureParts, WatchdogParts,
};
use crate::fan::{Curve, Point};
use crate::ina2xx;
use crate::power::{Step, Thresholds};

/// The most of anything that comes several times.
const MOST: usize = 8;

const BACKHAULS: [(&str, Backhaul); 4] = [
    ("ethernet", Backhaul::Ethernet),
    ("pppoe", Backhaul::Pppoe),
    ("wifi-client", Backhaul::WifiClient),
    ("modem", Backhaul::Modem),
];
const MEDIA: [(&str, Medium); 3] =
    [("ethernet", Medium::Ethernet), ("wifi", Medium::Wifi), ("modem", Medium::Modem)];
const ROLES: [(&str, Role); 4] =
    [("cell", Role::Cell), ("backhaul", Role::Backhaul), ("lan", Role::Lan), ("setup", Role::Setup)];
const COLOURS: [(&str, Colour); 5] = [
    ("green", Colour::Green),
    ("red", Colour::Red),
    ("blue", Colour::Blue),
    ("amber", Colour::Amber),
    ("white", Colour::White),
];
const BIASES: [(&str, Bias); 3] =
    [("as-is", Bias::AsIs), ("pull-up", Bias::PullUp), ("pull-down", Bias::PullDown)];
const CHIPS: [(&str, Chip); 3] =
    [("ina219", Chip::Ina219), ("ina226", Chip::Ina226), ("ina231", Chip::Ina231)];

/// The whole file; nothing only if the document has mistakes.
pub(super) fn read(document: &Document<'_>) -> Option<Board> {
    let mut root = document.root();
    let name = root.required("name", "the board's name, as \"raspberry-pi-4\"", value::slug);
    let title = root.required("title", "what people call the board", value::text);
    let compatible = root.or("compatible", Vec::new(), value::list(0..=MOST, value::kernel_compatible));
    let never_run = root.required(
        "never_run",
        "what has never run on the real board, a sentence each; [] only if all of this file has",
        value::list(0..=16, value::text),
    );
    let fallback = root.required("fallback_address", "as \"192.168.73.1/24\"", value::private_address);
    let backhaul = root.required(
        "backhaul",
        "the ways to the internet, as [\"ethernet\"]",
        value::list(1..=BACKHAULS.len(), value::word(&BACKHAULS)),
    );
    let interfaces = root.sections("interface", MOST, interface);
    let lamps = root.sections("led", COLOURS.len(), lamp);
    let button = root.section("button", button);
    let watchdog = root.section("watchdog", watchdog);
    let temperatures = root.sections("temperature", MOST, temperature);
    let supplies = root.sections("supply", MOST, supply);
    let undervoltage = root.optional("undervoltage", value::kernel_name);
    let rtc = root.optional("rtc", value::kernel_name);
    let fan = root.section("fan", fan);
    let modem = root.section("modem", serial_port);
    let gnss = root.section("gnss", gnss);
    let storage = root.optional("storage", value::device);
    let supervisor = root.section("supervisor", serial_port);
    let cell_power = root.section("cell_power", cell_power);
    let battery = root.section("battery", battery);
    let (fallback_address, fallback_prefix) = fallback.unzip();
    let board = Board {
        name: name.unwrap_or_default(),
        title: title.unwrap_or_default(),
        compatible,
        never_run: never_run.unwrap_or_default(),
        fallback_address: fallback_address?,
        fallback_prefix: fallback_prefix?,
        backhaul: backhaul.unwrap_or_default(),
        interfaces,
        lamps,
        button,
        watchdog,
        temperatures,
        supplies,
        undervoltage,
        rtc,
        fan,
        modem,
        gnss,
        storage,
        supervisor,
        cell_power,
        battery,
    };
    agree(&board, &root);
    root.close();
    Some(board)
}

/// What must agree between the sections.
fn agree(board: &Board, root: &Section<'_>) {
    let has = |medium, role| {
        board.interfaces.iter().any(|each| each.medium == medium && each.roles.contains(&role))
    };
    if !has(Medium::Ethernet, Role::Cell) {
        root.wrong("interface", "one with medium \"ethernet\" must have the role \"cell\"");
    }
    if board.interfaces.iter().any(|each| each.medium != Medium::Wifi && each.roles.contains(&Role::Setup)) {
        root.wrong("interface", "the role \"setup\" is for the medium \"wifi\" only");
    }
    for backhaul in &board.backhaul {
        let (possible, reason) = match backhaul {
            Backhaul::Ethernet | Backhaul::Pppoe => (
                has(Medium::Ethernet, Role::Backhaul),
                "\"ethernet\" and \"pppoe\" want an interface with medium \"ethernet\" and role \"backhaul\"",
            ),
            Backhaul::WifiClient => (
                has(Medium::Wifi, Role::Backhaul),
                "\"wifi-client\" wants an interface with medium \"wifi\" and role \"backhaul\"",
            ),
            Backhaul::Modem => (
                board.modem.is_some() || has(Medium::Modem, Role::Backhaul),
                "\"modem\" wants [modem] or an interface with medium \"modem\" and role \"backhaul\"",
            ),
        };
        if !possible {
            root.wrong("backhaul", reason);
        }
    }
    for (at, lamp) in board.lamps.iter().enumerate() {
        if board.lamps.iter().skip(at + 1).any(|other| other.colour == lamp.colour) {
            root.wrong("led", "a colour may come once only");
        }
    }
    for (at, supply) in board.supplies.iter().enumerate() {
        let same = |other: &SupplyParts| {
            other.name == supply.name || (other.bus, other.address) == (supply.bus, supply.address)
        };
        if board.supplies.iter().skip(at + 1).any(same) {
            root.wrong("supply", "two have the same name, or the same bus and address");
        }
    }
    match board.battery.as_ref().map(|battery| &battery.source) {
        Some(BatterySource::Supervisor) if board.supervisor.is_none() => {
            root.wrong("battery", "source \"supervisor\" wants the section [supervisor]");
        }
        Some(BatterySource::Supply(name)) if !board.supplies.iter().any(|supply| supply.name == *name) => {
            root.wrong("battery", "source: \"supervisor\" or the name of a [[supply]] is wanted");
        }
        _ => {}
    }
}

fn interface(section: &mut Section<'_>) -> Option<Interface> {
    let names = section.required(
        "names",
        "the names that it may have, as [\"eth0\", \"end0\"] or [\"en*\"]",
        value::list(1..=MOST, value::interface_name),
    );
    let medium = section.required("medium", "as \"ethernet\"", value::word(&MEDIA));
    let roles = section.required(
        "roles",
        "as [\"cell\", \"lan\"]",
        value::list(1..=ROLES.len(), value::word(&ROLES)),
    );
    Some(Interface { names: names?, medium: medium?, roles: roles? })
}

fn lamp(section: &mut Section<'_>) -> Option<LampParts> {
    let colour = section.required("colour", "as \"green\"", value::word(&COLOURS));
    let sysfs = section.optional("sysfs", value::kernel_name).map(LampWire::Sysfs);
    let line = section.section("gpio", line).map(LampWire::Line);
    let wire = one_of(section, ("sysfs", sysfs), ("gpio", line));
    Some(LampParts { colour: colour?, wire: wire? })
}

/// One of two keys, and not both.
fn one_of<T>(
    section: &Section<'_>,
    first: (&'static str, Option<T>),
    second: (&'static str, Option<T>),
) -> Option<T> {
    let keys = (section.has(first.0), section.has(second.0));
    if keys.0 == keys.1 {
        section.wrong(first.0, &format!("either {} or {} is wanted", first.0, second.0));
    }
    first.1.or(second.1)
}

fn line(section: &mut Section<'_>) -> Option<LineParts> {
    let chip = section.required(
        "chip",
        "the chip's device or label, as \"gpiochip0\" or \"pinctrl-bcm2711\"",
        value::kernel_name,
    );
    let number = section.required("line", "the line's number on the chip", value::number(0..=1023_u32));
    let active_low = section.or("active_low", false, value::switch);
    let bias = section.or("bias", Bias::AsIs, value::word(&BIASES));
    Some(LineParts { chip: chip?, line: number?, active_low, bias })
}

fn button(section: &mut Section<'_>) -> Option<ButtonWire> {
    let line = section.section("gpio", line).map(ButtonWire::Line);
    let evdev = section.section("evdev", |section| {
        let name = section.required("name", "the input device's name, as \"gpio-keys\"", value::kernel_name);
        let key =
            section.required("key", "the key's code, as 0x198 (KEY_RESTART)", value::number(1..=0x2ff_u16));
        Some(ButtonWire::Evdev { name: name?, key: key? })
    });
    one_of(section, ("gpio", line), ("evdev", evdev))
}

fn watchdog(section: &mut Section<'_>) -> Option<WatchdogParts> {
    let device = section.required("device", "as \"/dev/watchdog0\"", value::device);
    let timeout_s = section.or("timeout_s", 15, value::number(5..=120_u16));
    Some(WatchdogParts { device: device?, timeout_s })
}

fn temperature(section: &mut Section<'_>) -> Option<TemperatureParts> {
    let name = section.required("name", "what it is the temperature of", value::text);
    let zone = section.required("zone", "the thermal zone's type, as \"cpu-thermal\"", value::kernel_name);
    let hot = section.or("hot", 80, value::number(20..=125_i16));
    Some(TemperatureParts { name: name?, zone: zone?, hot })
}

fn supply(section: &mut Section<'_>) -> Option<SupplyParts> {
    let name = section.required("name", "what it measures", value::text);
    let chip = section.required("chip", "as \"ina226\"", value::word(&CHIPS));
    let bus = section.required("bus", "the number of the I2C bus", value::number(0..=255_u8));
    let address = section.required("address", "the chip's address, as 0x40", value::number(0x40..=0x4f_u8));
    let shunt =
        section.required("shunt_micro_ohm", "as 10_000 for 10 mΩ", value::number(100..=1_000_000_u32));
    let most =
        section.required("max_milliamps", "the most current expected", value::number(10..=100_000_u32));
    let supply = SupplyParts {
        name: name?,
        chip: chip?,
        bus: bus?,
        address: address?,
        shunt_micro_ohm: shunt?,
        max_milliamps: most?,
    };
    if let Err(error) = ina2xx::Setup::new(supply.chip, supply.shunt_micro_ohm, supply.max_milliamps) {
        section.wrong("max_milliamps", &error.to_string());
    }
    Some(supply)
}

fn fan(section: &mut Section<'_>) -> Option<FanParts> {
    let hwmon = section.required("hwmon", "the hwmon device's name, as \"pwmfan\"", value::kernel_name);
    let by_kernel = section.required(
        "control",
        "\"kernel\" or \"curve\"",
        value::word(&[("kernel", true), ("curve", false)]),
    );
    let points = section.sections("curve", Curve::MOST, |point| {
        let celsius = point.required("celsius", "from which temperature on", value::number(0..=110_i16));
        let percent = point.required("percent", "how fast", value::number(0..=100_u8));
        Some(Point { celsius: celsius?, percent: percent? })
    });
    let hysteresis = section.or("hysteresis", 5, value::number(1..=20_u8));
    let control = match by_kernel? {
        true if points.is_empty() => FanControl::Kernel,
        true => {
            section.wrong("curve", "is for control = \"curve\" only");
            FanControl::Kernel
        }
        false => match Curve::new(points, hysteresis) {
            Ok(curve) => FanControl::Curve(curve),
            Err(error) => {
                section.wrong("curve", &error.to_string());
                return None;
            }
        },
    };
    Some(FanParts { hwmon: hwmon?, control })
}

fn serial_port(section: &mut Section<'_>) -> Option<SerialParts> {
    let tty = section.required("tty", "as \"/dev/ttyAMA0\"", value::device);
    let baud = section.or("baud", 115_200, baud);
    Some(SerialParts { tty: tty?, baud })
}

fn baud(value: &DeValue<'_>) -> Result<u32, String> {
    let number = value::number(0..=u32::MAX)(value).ok();
    let known = number.filter(|baud| crate::serial::BAUDS.iter().any(|(known, _)| known == baud));
    known.ok_or_else(|| {
        let bauds: Vec<String> = crate::serial::BAUDS.iter().map(|(baud, _)| baud.to_string()).collect();
        format!("one of {} is wanted", bauds.join(", "))
    })
}

fn gnss(section: &mut Section<'_>) -> Option<GnssParts> {
    let tty = section.required("tty", "as \"/dev/ttyAMA0\"", value::device);
    let baud = section.or("baud", 9600, baud);
    let pps = section.optional("pps", value::kernel_name);
    Some(GnssParts { port: SerialParts { tty: tty?, baud }, pps })
}

fn cell_power(section: &mut Section<'_>) -> Option<CellPower> {
    if !section.has("gpio") {
        section.wrong(
            "gpio",
            "is missing: the line that switches the cell, as { chip = \"gpiochip0\", line = 5 }",
        );
    }
    let line = section.section("gpio", line);
    let off_s = section.or("off_s", 10, value::number(1..=300_u16));
    Some(CellPower { line: line?, off_s })
}

fn battery(section: &mut Section<'_>) -> Option<BatteryParts> {
    let source = section.required("source", "\"supervisor\" or the name of a [[supply]]", value::text);
    let mut step = |key| {
        section.required(
            key,
            "the voltage below which it is done, as 12_000 mV",
            value::number(1_000..=100_000_u32),
        )
    };
    let (warn, drop_cell) = (step("warn_mv"), step("drop_cell_mv"));
    let (save, halt) = (step("save_mv"), step("halt_mv"));
    let hysteresis = section.or("hysteresis_mv", 300, value::number(10..=10_000_u32));
    let hold = section.or("hold_s", 30, value::number(1..=3600_u16));
    let return_hold = section.or("return_hold_s", 600, value::number(1..=36_000_u16));
    let below = Step { warn: warn?, drop_cell: drop_cell?, save: save?, halt: halt? };
    match Thresholds::new(below, hysteresis, hold, return_hold) {
        Ok(thresholds) => {
            let source = source?;
            let source = if source == "supervisor" {
                BatterySource::Supervisor
            } else {
                BatterySource::Supply(source)
            };
            Some(BatteryParts { source, thresholds })
        }
        Err(error) => {
            section.wrong("warn_mv", &error.to_string());
            None
        }
    }
}
