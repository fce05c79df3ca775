//! What the black box remembers.

use serde::{Deserialize, Serialize};

use crate::message::{ResetCause, Slot};
use crate::settings::Rail;

/// One entry of the black box.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Record {
    /// Counts up by one from entry to entry, over resets.
    pub number: u32,
    /// The supervisor's start in which it happened.
    pub start: u16,
    /// Seconds since that start.
    pub at_s: u32,
    /// What happened.
    pub event: Event,
}

/// Why something is switched off.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Why {
    /// The supervisor has just got power.
    Start,
    /// The battery is low.
    LowBattery,
    /// The gateway wanted it.
    Asked,
    /// The watchdog cycles the power.
    Watchdog,
    /// The board is off, or about to be.
    BoardDown,
}

/// Why the board was switched on again.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Wake {
    /// First power.
    Start,
    /// The time that was set has passed.
    Time,
    /// The battery has recovered.
    Voltage,
    /// There are no measurements: serving blindly is better than not serving.
    NoSensors,
}

/// What happened. New ones go to the end, with a new version of the protocol.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Event {
    /// The supervisor started.
    Started {
        /// What ended the run before.
        cause: ResetCause,
        /// The image that runs.
        slot: Slot,
    },
    /// The board was switched on.
    BoardOn(Wake),
    /// A rail was switched off.
    RailOff(Rail, Why),
    /// The cell was switched on.
    CellOn,
    /// The board was asked to halt.
    HaltAsked(Why),
    /// The board said that it halts within so many seconds.
    HaltNoticed(u16),
    /// The board was asked and did not answer in time: it is cut.
    GraceOver,
    /// No progress: the gateway was asked to restart itself.
    Nudged,
    /// No progress: the reset line was pulsed.
    ResetPulsed,
    /// No progress: the power is cycled.
    PowerCycled {
        /// How long it stays off.
        off_s: u16,
    },
    /// Progress again, for long enough: the ladder is at its foot.
    Recovered,
    /// Hello was exchanged.
    LinkUp {
        /// The version agreed.
        version: u8,
    },
    /// A hello had no version in common with ours.
    LinkRefused,
    /// Nothing was heard from the gateway for long.
    LinkLost,
    /// Settings were changed.
    SettingsChanged,
    /// The measurements stopped.
    SensorsLost,
    /// The measurements came back.
    SensorsBack,
    /// An image is arriving.
    UpdateBegun {
        /// Its version.
        version: u32,
    },
    /// The image that arrived is not what was announced.
    UpdateDamaged,
    /// The image is whole, and will be tried.
    UpdateReady {
        /// Its version.
        version: u32,
    },
    /// The image on trial greeted the gateway: it stays.
    UpdateGood {
        /// Its version.
        version: u32,
    },
    /// The image failed, or was given up: the factory image runs.
    FellBack {
        /// The version that was left.
        version: u32,
    },
}
