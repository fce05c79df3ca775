//! Lamps: one on a pin of embedded-hal, one that the kernel keeps.

#[cfg(test)]
mod tests;

use std::io;

use embedded_hal::digital::{OutputPin, PinState};

use crate::sysfs::Tree;

/// A lamp on a pin. It writes only what changes.
#[derive(Debug)]
pub struct PinLamp<P> {
    pin: P,
    active_low: bool,
    lit: Option<bool>,
}

impl<P: OutputPin> PinLamp<P> {
    /// A lamp that burns when the pin is high, or low. What it does now is not known.
    pub const fn new(pin: P, active_low: bool) -> Self {
        Self { pin, active_low, lit: None }
    }

    /// Lights it, or not.
    ///
    /// # Errors
    /// The pin cannot be set; the next call tries again.
    pub fn light(&mut self, lit: bool) -> Result<(), P::Error> {
        if self.lit == Some(lit) {
            return Ok(());
        }
        self.lit = None;
        self.pin.set_state(PinState::from(lit != self.active_low))?;
        self.lit = Some(lit);
        Ok(())
    }

    /// Gives the pin back.
    pub fn release(self) -> P {
        self.pin
    }
}

/// A lamp in `/sys/class/leds`. It writes only what changes.
#[derive(Debug)]
pub struct SysfsLamp {
    tree: Tree,
    brightness: String,
    brightest: u32,
    lit: Option<bool>,
}

impl SysfsLamp {
    /// Takes the lamp away from whatever made it blink.
    ///
    /// # Errors
    /// There is no such lamp, or it is not ours to light.
    pub fn open(tree: &Tree, name: &str) -> io::Result<Self> {
        let directory = format!("/sys/class/leds/{name}");
        let brightest = tree.number(&format!("{directory}/max_brightness"))?;
        let trigger = format!("{directory}/trigger");
        if tree.exists(&trigger) {
            tree.write(&trigger, "none")?;
        }
        let brightness = format!("{directory}/brightness");
        Ok(Self { tree: tree.clone(), brightness, brightest, lit: None })
    }

    /// Lights it, or not.
    ///
    /// # Errors
    /// The kernel refuses; the next call tries again.
    pub fn light(&mut self, lit: bool) -> io::Result<()> {
        if self.lit == Some(lit) {
            return Ok(());
        }
        self.lit = None;
        let value = if lit { self.brightest } else { 0 };
        self.tree.write(&self.brightness, &value.to_string())?;
        self.lit = Some(lit);
        Ok(())
    }
}
