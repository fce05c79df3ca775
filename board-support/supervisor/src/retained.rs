//! What the supervisor knows over its resets: settings, what is switched on, where the watchdog and the update stand.
//!
//! It lies in RAM that nobody clears. What is there after power came on is noise, and is told from a memory by magic and CRC.
//!
//! ```text
//!   mark: 4 │ state: 160, first copy │ state: 160, second copy │ black box: the rest
//! ```
//! Writes go to the copies in turn, so a reset in the midst of one leaves the other.

use pumice_link::{
    LadderStep, ResetCause, Schedule, Thresholds, UpdateState, Watchdog, WatchdogCounts, Why, crc32c,
};
use serde::{Deserialize, Serialize};

use crate::black_box::{BlackBox, CELL};

#[cfg(test)]
mod tests;

const MARK: usize = 4;
const COPY: usize = 160;
/// The least memory: the state and a black box of 32 events.
pub const MIN_RETAINED: usize = MARK + 2 * COPY + 32 * CELL;

/// Of the layout. Another firmware with another layout changes it, and starts afresh.
const MAGIC: u32 = 0x50_4d_53_01;

/// How a run ended, left behind for the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    /// It restarted itself.
    Restart,
    /// It gave up.
    Fault,
    /// It has not ended yet.
    Running,
}

impl Mark {
    /// What it looks like at the beginning of the retained memory, for a panic handler that has nothing else left.
    #[must_use]
    pub fn word(self) -> [u8; MARK] {
        match self {
            Self::Restart => *b"rest",
            Self::Fault => *b"flt!",
            Self::Running => *b"run ",
        }
    }
}

/// What is written down. Order and types are the layout that [`MAGIC`] stands for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct State {
    pub(crate) generation: u32,
    pub(crate) starts: u32,
    pub(crate) thresholds: Thresholds,
    pub(crate) schedule: Schedule,
    pub(crate) watchdog: Watchdog,
    pub(crate) cell_wanted: bool,
    pub(crate) power: PowerMemory,
    pub(crate) ladder: LadderMemory,
    pub(crate) slot: SlotMemory,
    /// What the factory image found, for the image that it jumped to.
    pub(crate) handed_over: Option<ResetCause>,
}

/// What was switched on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct PowerMemory {
    pub(crate) board: BoardMemory,
    pub(crate) cell_on: bool,
    pub(crate) cell_shed: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum BoardMemory {
    Off { why: Why, left_s: Option<u32>, at_mv: Option<u16> },
    On,
    Halting { why: Why, left_s: u32, noticed: bool, off_s: Option<u32> },
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct LadderMemory {
    pub(crate) step: LadderStep,
    pub(crate) counts: WatchdogCounts,
    /// Power cycles since the box last ran well.
    pub(crate) in_a_row: u8,
}

/// What is known of the slot of the update.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum SlotMemory {
    None,
    /// It may be started so many times more before it must have proven itself.
    Trial {
        version: u32,
        left: u8,
    },
    /// It has proven itself, and since then failed so often in a row.
    Good {
        version: u32,
        failures: u8,
    },
    Failed {
        version: u32,
    },
}

impl SlotMemory {
    pub(crate) fn told(self) -> UpdateState {
        match self {
            Self::None => UpdateState::None,
            // A trial that does not run yet is one that waits for the restart.
            Self::Trial { version, .. } => UpdateState::Ready { version },
            Self::Good { version, .. } => UpdateState::Good { version },
            Self::Failed { version } => UpdateState::FellBack { version },
        }
    }
}

impl State {
    const FRESH: Self = Self {
        generation: 0,
        starts: 0,
        thresholds: Thresholds::DEFAULT,
        schedule: Schedule { after_s: None, at_mv: None },
        watchdog: Watchdog::DEFAULT,
        cell_wanted: true,
        power: PowerMemory {
            board: BoardMemory::Off { why: Why::Start, left_s: None, at_mv: None },
            cell_on: false,
            cell_shed: false,
        },
        ladder: LadderMemory {
            step: LadderStep::Watching,
            counts: WatchdogCounts { nudges: 0, resets: 0, cycles: 0 },
            in_a_row: 0,
        },
        slot: SlotMemory::None,
        handed_over: None,
    };

    fn decode(copy: &[u8]) -> Option<Self> {
        let (body, crc) = copy.split_last_chunk::<4>()?;
        if crc32c(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (magic, body) = body.split_first_chunk::<4>()?;
        if u32::from_le_bytes(*magic) != MAGIC {
            return None;
        }
        postcard::take_from_bytes(body).ok().map(|(state, _)| state)
    }

    fn encode(&self) -> Option<[u8; COPY]> {
        let mut copy = [0; COPY];
        let (body, crc) = copy.split_last_chunk_mut::<4>()?;
        let (magic, rest) = body.split_first_chunk_mut::<4>()?;
        *magic = MAGIC.to_le_bytes();
        postcard::to_slice(self, rest).ok()?;
        *crc = crc32c(body).to_le_bytes();
        Some(copy)
    }
}

/// The memory that outlives resets, opened.
#[derive(Debug)]
pub struct Retained<'m> {
    word: &'m mut [u8],
    copies: &'m mut [u8],
    saved: State,
    pub(crate) state: State,
    pub(crate) black_box: BlackBox<'m>,
    /// What ended the run before.
    pub cause: ResetCause,
}

impl<'m> Retained<'m> {
    /// Opens `memory`, of [`MIN_RETAINED`] octets or more, with whatever is in it.
    #[must_use]
    pub fn open(memory: &'m mut [u8]) -> Self {
        let (word, rest) = memory.split_at_mut(MARK.min(memory.len()));
        let (copies, ring) = rest.split_at_mut((2 * COPY).min(rest.len()));
        let state = copies.chunks(COPY).filter_map(State::decode).max_by_key(|state| state.generation);
        let cause = match (state, &*word) {
            (None, _) => ResetCause::PowerOn,
            (Some(_), word) if word == Mark::Restart.word() => ResetCause::Restart,
            (Some(_), word) if word == Mark::Fault.word() => ResetCause::Fault,
            (Some(_), _) => ResetCause::External,
        };
        write(word, Mark::Running);
        let state = state.unwrap_or(State::FRESH);
        Self { word, copies, saved: state, state, black_box: BlackBox::open(ring), cause }
    }

    /// Leaves a mark for the next run.
    pub(crate) fn leave(&mut self, how: Mark) {
        write(self.word, how);
    }

    /// Writes down what has changed.
    pub fn save(&mut self) {
        if self.state == self.saved {
            return;
        }
        self.state.generation = self.state.generation.wrapping_add(1);
        self.saved = self.state;
        let offset = if self.state.generation.is_multiple_of(2) { 0 } else { COPY };
        if let (Some(copy), Some(encoded)) = (self.copies.get_mut(offset..offset + COPY), self.state.encode())
        {
            copy.copy_from_slice(&encoded);
        }
    }
}

fn write(word: &mut [u8], mark: Mark) {
    if let Some(word) = word.first_chunk_mut() {
        *word = mark.word();
    }
}
