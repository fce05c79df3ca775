//! GPIO lines through the kernel's character device, as pins of embedded-hal.
//!
//! The levels are the wire's: that a lamp burns when its wire is low is known to [`lamp`](crate::lamp), not here.

use std::{fmt, io};

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState};
use linux_embedded_hal::gpio_cdev::{Chip, LineRequestFlags};
use linux_embedded_hal::{CdevPin, CdevPinError};

use crate::board::{Bias, LineParts};
use crate::sysfs::Tree;

/// What the kernel's tools show as the user of a line.
const CONSUMER: &str = "pumice";
/// `GPIOHANDLE_REQUEST_BIAS_PULL_UP` and `_DOWN` of `linux/gpio.h`, for which gpio-cdev has no names.
const PULL_UP: u32 = 1 << 5;
const PULL_DOWN: u32 = 1 << 6;

/// A line of a chip.
pub struct Line {
    pin: CdevPin,
    name: String,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.name).finish()
    }
}

impl ErrorType for Line {
    type Error = CdevPinError;
}

impl InputPin for Line {
    fn is_high(&mut self) -> Result<bool, CdevPinError> {
        self.pin.is_high()
    }

    fn is_low(&mut self) -> Result<bool, CdevPinError> {
        self.pin.is_low()
    }
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), CdevPinError> {
        self.pin.set_low()
    }

    fn set_high(&mut self) -> Result<(), CdevPinError> {
        self.pin.set_high()
    }
}

/// A line that is read.
///
/// # Errors
/// There is no such chip or line, or somebody has it.
pub fn input(tree: &Tree, parts: &LineParts) -> io::Result<Line> {
    request(tree, parts, LineRequestFlags::INPUT, PinState::Low)
}

/// A line that is set, at first to `level`.
///
/// # Errors
/// There is no such chip or line, or somebody has it.
pub fn output(tree: &Tree, parts: &LineParts, level: PinState) -> io::Result<Line> {
    request(tree, parts, LineRequestFlags::OUTPUT, level)
}

fn request(tree: &Tree, parts: &LineParts, direction: LineRequestFlags, level: PinState) -> io::Result<Line> {
    let bias = match parts.bias {
        Bias::AsIs => 0,
        Bias::PullUp => PULL_UP,
        Bias::PullDown => PULL_DOWN,
    };
    let flags = direction | LineRequestFlags::from_bits_retain(bias);
    let mut chip = chip(tree, &parts.chip)?;
    if parts.line >= chip.num_lines() {
        let reason = format!("{} has {} lines only", parts.chip, chip.num_lines());
        return Err(io::Error::new(io::ErrorKind::NotFound, reason));
    }
    let handle = chip
        .get_line(parts.line)
        .and_then(|line| line.request(flags, u8::from(level == PinState::High), CONSUMER));
    let pin = handle.and_then(CdevPin::new).map_err(io::Error::other)?;
    Ok(Line { pin, name: format!("{} {}", parts.chip, parts.line) })
}

/// A chip by its device's name or by its label.
fn chip(tree: &Tree, wanted: &str) -> io::Result<Chip> {
    let devices = tree.names("/dev").into_iter().filter(|name| name.starts_with("gpiochip"));
    for name in devices {
        let Ok(chip) = Chip::new(tree.path(&format!("/dev/{name}"))) else { continue };
        if name == wanted || chip.label() == wanted {
            return Ok(chip);
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("no GPIO chip {wanted}")))
}
