//! What a part hangs on, chosen when it is opened.

use core::time::Duration;
use std::fs::File;
use std::io;

use embedded_hal::digital::PinState;
use linux_embedded_hal::Delay;

use crate::board::{ButtonWire, CellPower, LampWire, SerialParts, SupplyParts};
use crate::button::Contact;
use crate::evdev::Key;
use crate::gate::SupplyGate;
use crate::gpio;
use crate::ina2xx::{Ina2xx, Measurement, Setup};
use crate::lamp::{PinLamp, SysfsLamp};
use crate::serial;
use crate::smbus::Bus;
use crate::sysfs::Tree;

/// How often a port that is gone is looked for: a receiver on USB may be plugged in again.
const REOPEN_EVERY: Duration = Duration::from_secs(30);
/// The most octets of one look at a port. At 115,200 baud and 20 ms there are 230.
const READ: usize = 1024;

/// A lamp.
#[derive(Debug)]
pub(super) enum LampDriver {
    Pin(PinLamp<gpio::Line>),
    Sysfs(SysfsLamp),
}

impl LampDriver {
    pub(super) fn open(tree: &Tree, wire: &LampWire) -> io::Result<Self> {
        match wire {
            LampWire::Line(parts) => {
                let dark = PinState::from(parts.active_low);
                Ok(Self::Pin(PinLamp::new(gpio::output(tree, parts, dark)?, parts.active_low)))
            }
            LampWire::Sysfs(name) => SysfsLamp::open(tree, name).map(Self::Sysfs),
        }
    }

    pub(super) fn light(&mut self, lit: bool) -> io::Result<()> {
        match self {
            Self::Pin(lamp) => lamp.light(lit).map_err(io::Error::other),
            Self::Sysfs(lamp) => lamp.light(lit),
        }
    }
}

/// A button.
#[derive(Debug)]
pub(super) enum ButtonDriver {
    Contact(Contact<gpio::Line>),
    Key(Key),
}

impl ButtonDriver {
    pub(super) fn open(tree: &Tree, wire: &ButtonWire) -> io::Result<Self> {
        match wire {
            ButtonWire::Line(parts) => {
                Ok(Self::Contact(Contact::new(gpio::input(tree, parts)?, parts.active_low)))
            }
            ButtonWire::Evdev { name, key } => Key::open(tree, name, *key).map(Self::Key),
        }
    }

    /// Whether it is down, if it can be read.
    pub(super) fn is_pressed(&mut self) -> Option<bool> {
        match self {
            Self::Contact(contact) => contact.is_pressed().ok(),
            Self::Key(key) => key.is_pressed().ok(),
        }
    }
}

/// The cell's switch.
pub(super) type CellGate = SupplyGate<gpio::Line>;

pub(super) fn cell_gate(tree: &Tree, parts: &CellPower) -> io::Result<CellGate> {
    // On, because a cell that serves when the gateway starts anew shall go on serving.
    let on = PinState::from(!parts.line.active_low);
    let pin = gpio::output(tree, &parts.line, on)?;
    Ok(SupplyGate::new(pin, parts.line.active_low, Duration::from_secs(parts.off_s.into())))
}

/// A measuring chip.
#[derive(Debug)]
pub(super) struct SupplySensor {
    chip: Ina2xx<Bus>,
}

impl SupplySensor {
    pub(super) fn open(tree: &Tree, parts: &SupplyParts) -> io::Result<Self> {
        let setup =
            Setup::new(parts.chip, parts.shunt_micro_ohm, parts.max_milliamps).map_err(io::Error::other)?;
        let bus = Bus::open(tree, parts.bus).map_err(io::Error::other)?;
        let chip = Ina2xx::open(bus, parts.address, setup, &mut Delay).map_err(io::Error::other)?;
        Ok(Self { chip })
    }

    pub(super) fn measure(&mut self) -> Result<Measurement, String> {
        self.chip.measure().map_err(|error| error.to_string())
    }
}

/// The GNSS receiver's port, which may come and go.
#[derive(Debug)]
pub(super) struct GnssPort {
    parts: SerialParts,
    port: Option<File>,
    tried: Duration,
}

impl GnssPort {
    pub(super) const fn new(parts: SerialParts) -> Self {
        Self { parts, port: None, tried: Duration::ZERO }
    }

    pub(super) fn reopen(&mut self, tree: &Tree, now: Duration) -> io::Result<()> {
        self.tried = now;
        self.port = Some(serial::open(&tree.path(&self.parts.tty), self.parts.baud)?);
        Ok(())
    }

    /// Reads what there is.
    pub(super) fn read(&mut self, tree: &Tree, now: Duration, mut take: impl FnMut(&[u8])) {
        let Some(port) = &mut self.port else {
            if now.saturating_sub(self.tried) >= REOPEN_EVERY {
                // It is missing already; it is tried again.
                let _ = self.reopen(tree, now);
            }
            return;
        };
        let mut buffer = [0; READ];
        match serial::read_some(port, &mut buffer) {
            Ok(length) => take(buffer.get(..length).unwrap_or_default()),
            Err(_) => self.port = None,
        }
    }
}
