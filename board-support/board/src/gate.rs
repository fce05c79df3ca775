//! The switch in a supply line, as the cell's: off for long enough once it is off.

use core::time::Duration;

use embedded_hal::digital::{OutputPin, PinState};

#[cfg(test)]
mod tests;

/// A switch on a pin. Once off it stays off for its off time, so that what hangs on it starts from zero.
#[derive(Debug)]
pub struct SupplyGate<P> {
    pin: P,
    active_low: bool,
    off_time: Duration,
    wanted: bool,
    on: Option<bool>,
    off_since: Option<Duration>,
}

impl<P: OutputPin> SupplyGate<P> {
    /// A switch that lets through when the pin is high, or low. It is wanted on; [`poll`](Self::poll) sets it. How it was before
    /// is not known, so the first poll switches it on without an off time.
    pub const fn new(pin: P, active_low: bool, off_time: Duration) -> Self {
        Self { pin, active_low, off_time, wanted: true, on: None, off_since: None }
    }

    /// Wants it on or off, as soon as may be.
    pub const fn want(&mut self, on: bool) {
        self.wanted = on;
    }

    /// Whether it is on, if that is known.
    pub const fn is_on(&self) -> Option<bool> {
        self.on
    }

    /// Sets the pin if it is time.
    ///
    /// # Errors
    /// The pin cannot be set; the next poll tries again.
    pub fn poll(&mut self, now: Duration) -> Result<(), P::Error> {
        let must_wait = self.off_since.is_some_and(|since| now.saturating_sub(since) < self.off_time);
        if self.on == Some(self.wanted) || (self.wanted && must_wait) {
            return Ok(());
        }
        self.on = None;
        self.pin.set_state(PinState::from(self.wanted != self.active_low))?;
        self.on = Some(self.wanted);
        self.off_since = (!self.wanted).then_some(now);
        Ok(())
    }

    /// Gives the pin back.
    pub fn release(self) -> P {
        self.pin
    }
}
