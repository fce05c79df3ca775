//! Carries out what the logic decides.

use embedded_hal::digital::OutputPin;
use heapless::Deque;
use pumice_link::Rail;
use pumice_supervisor::{Effect, Effects};

use crate::lm3s6965::{self, Pins};
use crate::log;

/// Four frames of the largest kind wait for the line. More are dropped whole: the gateway asks again.
const WAITING: usize = 480;

/// The pins and the line.
pub(crate) struct Hands<B, C, R> {
    pins: Pins<B, C, R>,
    waiting: Deque<u8, WAITING>,
}

impl<B: OutputPin, C: OutputPin, R: OutputPin> Hands<B, C, R> {
    pub(crate) fn new(pins: Pins<B, C, R>) -> Self {
        Self { pins, waiting: Deque::new() }
    }

    /// Sends what the line takes; `true` when nothing waits.
    pub(crate) fn is_idle(&mut self) -> bool {
        while let Some(&octet) = self.waiting.front() {
            if !lm3s6965::link::send(octet) {
                return false;
            }
            self.waiting.pop_front();
        }
        true
    }
}

impl<B: OutputPin, C: OutputPin, R: OutputPin> Effects for Hands<B, C, R> {
    fn apply(&mut self, effect: Effect<'_>) {
        // These pins are registers: they do not fail.
        let switched = match effect {
            Effect::Rail(Rail::Board, on) => self.pins.board.set_state(on.into()).is_ok(),
            Effect::Rail(Rail::Cell, on) => self.pins.cell.set_state(on.into()).is_ok(),
            Effect::ResetLine(pulled) => self.pins.reset.set_state(pulled.into()).is_ok(),
            Effect::Send(octets) => {
                if octets.len() <= WAITING - self.waiting.len() {
                    self.waiting.extend(octets.iter().copied());
                }
                true
            }
            Effect::Recorded(record) => {
                log::record(&record);
                true
            }
            Effect::Restart => {
                defmt::info!("restart");
                // Not before the last answer is out; the watchdog bounds it.
                while !self.is_idle() {}
                cortex_m::peripheral::SCB::sys_reset()
            }
        };
        if !switched {
            defmt::error!("a pin failed");
        }
    }
}
