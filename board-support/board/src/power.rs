//! What is done as the battery empties, step by step, and undone as it fills.
//!
//! The order is fixed: warn, cut the cell's power, save, halt; back in the opposite order. Each step is done when the voltage has
//! been below its threshold for the hold time without a break, and undone when it has been above the threshold plus the
//! hysteresis for the (longer) return hold. A halt is not undone here: who was halted is woken by the supervisor, or by a
//! supply that comes back.
//!
//! What is not believed: a reading of less than half of the halt's threshold, or of more than 100 V, is a broken sensor and
//! not an empty battery. While there are no readings, nothing is done, and all holds begin anew.

use core::time::Duration;

#[cfg(test)]
mod tests;

/// The time after which a reading is no longer one.
const STALE: Duration = Duration::from_secs(30);
/// Above this a reading is a broken sensor, in millivolts.
const IMPOSSIBLE: u32 = 100_000;

/// The steps of an emptying battery, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is to be done.
    Normal,
    /// People are warned.
    Warned,
    /// The cell's power is cut.
    CellDropped,
    /// All has been saved, and is saved often.
    Saving,
    /// The board halts.
    Halted,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Warn people.
    Warn,
    /// Cut the cell's power.
    DropCell,
    /// Write a checkpoint of everything, and flush.
    Save,
    /// Halt the board.
    Halt,
    /// Saving often is no longer needed.
    EndSaving,
    /// Give the cell its power back.
    RestoreCell,
    /// Take the warning back.
    EndWarning,
}

/// A voltage for each step, in millivolts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Below it people are warned.
    pub warn: u32,
    /// Below it the cell's power is cut.
    pub drop_cell: u32,
    /// Below it all is saved.
    pub save: u32,
    /// Below it the board halts.
    pub halt: u32,
}

/// When what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    below: [u32; 4],
    hysteresis: u32,
    hold: Duration,
    return_hold: Duration,
}

/// Why thresholds cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// They do not fall.
    #[error("the voltages must fall from warn_mv over drop_cell_mv and save_mv to halt_mv, which is not 0")]
    Order,
    /// Holding on to a low battery longer than to a full one makes a box swing.
    #[error("return_hold_s must not be shorter than hold_s, and neither 0")]
    Hold,
    /// Nothing above that could be measured.
    #[error("warn_mv and hysteresis_mv together must be at most 100,000")]
    TooHigh,
}

impl Thresholds {
    /// Checks thresholds. Times are in seconds.
    ///
    /// # Errors
    /// They are not in order.
    pub fn new(
        below: Step,
        hysteresis_mv: u32,
        hold_s: u16,
        return_hold_s: u16,
    ) -> Result<Self, ThresholdError> {
        let below = [below.warn, below.drop_cell, below.save, below.halt];
        if below.iter().zip(below.iter().skip(1)).any(|(higher, lower)| higher <= lower) || below.contains(&0)
        {
            return Err(ThresholdError::Order);
        }
        if hold_s == 0 || return_hold_s < hold_s {
            return Err(ThresholdError::Hold);
        }
        let [warn, ..] = below;
        if warn.saturating_add(hysteresis_mv) > IMPOSSIBLE {
            return Err(ThresholdError::TooHigh);
        }
        let (hold, return_hold) =
            (Duration::from_secs(hold_s.into()), Duration::from_secs(return_hold_s.into()));
        Ok(Self { below, hysteresis: hysteresis_mv, hold, return_hold })
    }

    /// The voltage of each step.
    pub const fn step(&self) -> Step {
        let [warn, drop_cell, save, halt] = self.below;
        Step { warn, drop_cell, save, halt }
    }

    /// How far above its threshold a step is undone, in millivolts.
    pub const fn hysteresis_mv(&self) -> u32 {
        self.hysteresis
    }

    /// How long a voltage must stay below a threshold before it counts.
    pub const fn hold(&self) -> Duration {
        self.hold
    }

    fn is_plausible(&self, millivolts: u32) -> bool {
        let [.., halt] = self.below;
        millivolts >= halt / 2 && millivolts <= IMPOSSIBLE
    }
}

/// For how long the voltage has been on one side of a step's thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Since {
    below: Option<Duration>,
    above: Option<Duration>,
}

/// Watches a battery.
#[derive(Debug, Clone)]
pub struct Policy {
    thresholds: Thresholds,
    level: Level,
    since: [Since; 4],
    last_reading: Option<Duration>,
}

/// What has to be done on the way down, by the level that it leads to.
const DOWN: [(Level, Action); 4] = [
    (Level::Warned, Action::Warn),
    (Level::CellDropped, Action::DropCell),
    (Level::Saving, Action::Save),
    (Level::Halted, Action::Halt),
];
/// What has to be done on the way up, by the level that it leaves, and where that leads. A halt is not left.
const UP: [(Level, Action, Level); 3] = [
    (Level::Warned, Action::EndWarning, Level::Normal),
    (Level::CellDropped, Action::RestoreCell, Level::Warned),
    (Level::Saving, Action::EndSaving, Level::CellDropped),
];

impl Policy {
    /// Starts with everything on: the first holds decide.
    pub fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, level: Level::Normal, since: [Since::default(); 4], last_reading: None }
    }

    /// The step that the box is at.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Whether there is no reading to go by, or none that can be believed.
    pub fn is_blind(&self, now: Duration) -> bool {
        self.last_reading.is_none_or(|last| now.saturating_sub(last) > STALE)
    }

    /// Takes a reading, `None` if there is none; what is to be done, in order.
    pub fn observe(&mut self, now: Duration, millivolts: Option<u32>) -> heapless::Vec<Action, 4> {
        let millivolts = millivolts.filter(|millivolts| self.thresholds.is_plausible(*millivolts));
        let Some(millivolts) = millivolts else {
            if self.is_blind(now) {
                self.since = [Since::default(); 4];
            }
            return heapless::Vec::new();
        };
        if self.is_blind(now) {
            // What was before the gap says nothing of the time in it.
            self.since = [Since::default(); 4];
        }
        self.last_reading = Some(now);
        for (since, below) in self.since.iter_mut().zip(self.thresholds.below) {
            let is_above = millivolts >= below.saturating_add(self.thresholds.hysteresis);
            since.below = (millivolts < below).then(|| since.below.unwrap_or(now));
            since.above = is_above.then(|| since.above.unwrap_or(now));
        }
        self.steps(now)
    }

    fn steps(&mut self, now: Duration) -> heapless::Vec<Action, 4> {
        let mut actions = heapless::Vec::new();
        for ((level, action), since) in DOWN.iter().zip(self.since) {
            if *level > self.level && held(since.below, now, self.thresholds.hold) {
                self.level = *level;
                // At most one for each of the four levels.
                let _ = actions.push(*action);
            }
        }
        for ((level, action, leads_to), since) in UP.iter().zip(self.since).rev() {
            if *level == self.level && held(since.above, now, self.thresholds.return_hold) {
                self.level = *leads_to;
                let _ = actions.push(*action);
            }
        }
        actions
    }
}

fn held(since: Option<Duration>, now: Duration, hold: Duration) -> bool {
    since.is_some_and(|since| now.saturating_sub(since) >= hold)
}
