//! The messages. postcard numbers variants by their order: new ones go to the end, with a new version of the protocol.

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::event::{Record, Why};
use crate::settings::{Schedule, Thresholds, Watchdog};
use crate::version::Versions;

#[cfg(test)]
mod tests;

/// The most octets of an image in one command.
pub const MAX_CHUNK: usize = 64;
/// The most records of the black box in one answer.
pub const MAX_RECORDS: usize = 4;

/// A piece of an image.
pub type Bytes = Vec<u8, MAX_CHUNK>;

/// What both sides say before they have a version in common. Frozen: this form is for all versions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Greeting {
    /// Gateway: I am here. The frame's number is drawn by the gateway and comes back in the reply.
    Hello(Versions),
    /// Supervisor: agreed.
    Welcome {
        /// The version of all that follows.
        version: u8,
        /// Who answers.
        identity: Identity,
    },
    /// Supervisor: we have no version in common; this is what I speak.
    Sorry(Versions),
    /// Supervisor: I don't know you, or no longer; greet me first.
    HelloFirst,
}

/// Which firmware answers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Identity {
    /// Its version.
    pub firmware: u32,
    /// Where it runs from.
    pub slot: Slot,
    /// How often the supervisor has started.
    pub starts: u32,
}

/// Where an image lies.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Slot {
    /// The image that the supervisor was made with. The link cannot change it.
    Factory,
    /// The image that came over the link.
    Update,
}

/// What ended the run before this one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ResetCause {
    /// There was no power, or nothing is known of a run before.
    PowerOn,
    /// It restarted itself in good order.
    Restart,
    /// It stopped by itself, on a fault.
    Fault,
    /// Something from outside: the reset pin, a watchdog, a dip of the supply.
    External,
}

/// What the gateway asks for. Every command may be sent twice without harm.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Command {
    /// Are you there?
    KeepAlive,
    /// How are you?
    Status,
    /// Keep to these voltages.
    SetThresholds(Thresholds),
    /// After the next halt, wake me then.
    SetSchedule(Schedule),
    /// Have so much patience with me.
    SetWatchdog(Watchdog),
    /// Have the cell on or off, as far as battery and board allow.
    CellPower(bool),
    /// I halt now; cut me after so many seconds.
    HaltNotice {
        /// At most [`MAX_HALT_S`](crate::MAX_HALT_S).
        seconds: u16,
    },
    /// The core makes progress.
    Feed {
        /// Changes with each progress: the same token again feeds nobody.
        token: u32,
    },
    /// Tell me what happened, from this number on.
    ReadBlackBox {
        /// The first number wanted.
        from: u32,
    },
    /// An image will follow.
    UpdateBegin {
        /// Its octets.
        size: u32,
        /// CRC-32C of it.
        crc: u32,
        /// Its version.
        version: u32,
    },
    /// A piece of the image.
    UpdateChunk {
        /// Where it belongs.
        offset: u32,
        /// The piece.
        bytes: Bytes,
    },
    /// That was all: check it, keep it, try it.
    UpdateFinish,
    /// How far is the update?
    UpdateState,
    /// Leave the image of the update and run the factory's.
    UpdateRevert,
}

/// All that a supervisor says after the greeting.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum FromSupervisor {
    /// The answer to the command with the frame's number.
    Answer(Answer),
    /// Unasked; the number is a running one.
    Notice(Notice),
}

/// The supervisor's answer; its frame has the command's number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Answer {
    /// It is done.
    Done,
    /// It is not done.
    Refused(Refusal),
    /// How the supervisor is.
    Status(Status),
    /// What happened.
    Events {
        /// The number that the next event will have: the end is reached when it is asked for.
        next: u32,
        /// The oldest number that is still there.
        oldest: u32,
        /// From the number asked for, or the oldest after it.
        records: Vec<Record, MAX_RECORDS>,
    },
    /// How far the update is.
    Update(UpdateState),
}

/// Why a command is not carried out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Refusal {
    /// This firmware does not know the command.
    NotUnderstood,
    /// A value is outside of what is sane.
    OutOfRange,
    /// The image is larger than the slot.
    TooLarge,
    /// No update has begun.
    NotUpdating,
    /// Pieces are missing before this one.
    Gap {
        /// The offset that is wanted.
        expected: u32,
    },
    /// Pieces are missing at the end.
    Incomplete {
        /// The offset that is wanted.
        expected: u32,
    },
    /// The image is not what was announced.
    BadCrc,
    /// The slot is the one that runs: revert first.
    SlotInUse,
    /// The slot's memory failed.
    Flash,
}

/// What the supervisor says unasked; its frame has a running number of its own.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Notice {
    /// Halt; if nothing is heard, the power is cut after so many seconds. Repeated every second.
    RequestShutdown {
        /// Why.
        why: Why,
        /// What is left of the grace.
        seconds: u16,
    },
    /// No progress is seen: restart the gateway. The reset line is next, in so many seconds.
    Nudge {
        /// What is left.
        seconds: u16,
    },
}

/// Everything that fits into one frame from the supervisor.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Status {
    /// Seconds since the supervisor started.
    pub uptime_s: u32,
    /// What ended the run before.
    pub reset_cause: ResetCause,
    /// Whether the measurements are current.
    pub sensors: bool,
    /// The battery's voltage.
    pub battery_mv: u16,
    /// The battery's current; positive charges.
    pub battery_ma: i16,
    /// The solar panel's voltage.
    pub solar_mv: u16,
    /// The solar panel's current.
    pub solar_ma: i16,
    /// Tenths of a degree Celsius.
    pub temperature_dc: i16,
    /// What is switched on.
    pub rails: Rails,
    /// Where the watchdog stands.
    pub step: LadderStep,
    /// What it has done so far.
    pub watchdog: WatchdogCounts,
    /// The number that the next event will have.
    pub next_event: u32,
    /// Frames that arrived damaged.
    pub damaged: u16,
}

/// The state of each rail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Rails {
    /// The computer's.
    pub board: RailState,
    /// The cell's.
    pub cell: RailState,
}

/// The state of a rail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum RailState {
    /// On.
    On,
    /// On, and about to be switched off.
    Halting(Why),
    /// Off.
    Off(Why),
    /// Off for the moment: its turn comes.
    Waiting,
}

/// The steps of the watchdog's ladder.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LadderStep {
    /// Progress is seen, or still awaited.
    Watching,
    /// The gateway was asked to restart.
    Nudged,
    /// The reset line was pulsed.
    WasReset,
    /// The power was cycled.
    WasCycled,
}

/// What the watchdog has done since the counts were last lost.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct WatchdogCounts {
    /// Nudges.
    pub nudges: u16,
    /// Pulses of the reset line.
    pub resets: u16,
    /// Power cycles.
    pub cycles: u16,
}

/// How far an update is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum UpdateState {
    /// There is none.
    None,
    /// The image is arriving.
    Receiving {
        /// The offset that is wanted next.
        expected: u32,
        /// Where it ends.
        size: u32,
    },
    /// The image is whole. The supervisor restarts and tries it.
    Ready {
        /// Its version.
        version: u32,
    },
    /// It runs, and has not proven itself.
    Trial {
        /// Its version.
        version: u32,
    },
    /// It runs and stays.
    Good {
        /// Its version.
        version: u32,
    },
    /// It failed or was given up.
    FellBack {
        /// Its version.
        version: u32,
    },
}
