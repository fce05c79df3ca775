//! The watchdog over the box: nudge, reset line, power cycle, and ever longer pauses.
//!
//! ```text
//!   no progress for feed_s ─► Nudged ─ nudge_s ─► WasReset ─ boot_s ─► WasCycled ─ boot_s ─► WasCycled, twice as long off
//!        ▲                      │                    │                    │
//!        └─ Watching ◄── progress ───────────────────┴────────────────────┘
//! ```
//! The pause doubles with each power cycle until the box has made progress for ten minutes: an image that boots, works for a moment
//! and dies again does not flap.

use pumice_link::{Event, LadderStep, Notice, Watchdog};

use crate::effect::{Effect, Outside, seconds_left};
use crate::retained::LadderMemory;

#[cfg(test)]
mod tests;

const PULSE_MS: u64 = 200;
const STABLE_MS: u64 = 600_000;
const MAX_OFF_S: u16 = 3_600;

/// The watchdog over a box that is switched on.
#[derive(Debug)]
pub(crate) struct Ladder {
    deadline_ms: u64,
    token: Option<u32>,
    /// Since when there has been progress without a gap.
    stable_since_ms: Option<u64>,
    pulse_until_ms: Option<u64>,
}

/// What is to happen next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing.
    Patience,
    /// Tell the gateway.
    Say(Notice),
    /// Cycle the power.
    Cycle {
        /// How long it stays off.
        off_s: u16,
    },
}

impl Ladder {
    /// For a box that gets power, or already had it when the supervisor started.
    pub(crate) fn new(now_ms: u64, patience: &Watchdog) -> Self {
        Self {
            deadline_ms: now_ms + ms(patience.boot_s),
            token: None,
            stable_since_ms: None,
            pulse_until_ms: None,
        }
    }

    /// The patience was changed: it counts from now.
    pub(crate) fn settle(&mut self, now_ms: u64, memory: &LadderMemory, patience: &Watchdog) {
        let wait = match (memory.step, self.token) {
            (LadderStep::Watching, Some(_)) => patience.feed_s,
            (LadderStep::Nudged, _) => patience.nudge_s,
            _ => patience.boot_s,
        };
        self.deadline_ms = now_ms + ms(wait);
    }

    /// A sign of life. Only a token that differs is one of progress.
    pub(crate) fn feed(&mut self, now_ms: u64, token: u32, memory: &mut LadderMemory, patience: &Watchdog) {
        if self.token.replace(token) == Some(token) {
            return;
        }
        memory.step = LadderStep::Watching;
        self.stable_since_ms.get_or_insert(now_ms);
        self.deadline_ms = now_ms + ms(patience.feed_s);
    }

    /// Lets go of the reset line when its time is over, whatever else happens to the board.
    pub(crate) fn release(&mut self, out: &mut Outside<'_, '_>) {
        if self.pulse_until_ms.take_if(|until| *until <= out.now_ms).is_some() {
            out.apply(Effect::ResetLine(false));
        }
    }

    pub(crate) fn tick(
        &mut self,
        memory: &mut LadderMemory,
        patience: &Watchdog,
        out: &mut Outside<'_, '_>,
    ) -> Verdict {
        if patience.feed_s == 0 {
            return Verdict::Patience;
        }
        if self.stable_since_ms.is_some_and(|since| out.now_ms - since >= STABLE_MS) && memory.in_a_row > 0 {
            memory.in_a_row = 0;
            out.record(Event::Recovered);
        }
        if out.now_ms < self.deadline_ms {
            return Verdict::Patience;
        }
        self.stable_since_ms = None;
        let counts = &mut memory.counts;
        match memory.step {
            LadderStep::Watching => {
                memory.step = LadderStep::Nudged;
                counts.nudges = counts.nudges.saturating_add(1);
                self.deadline_ms = out.now_ms + ms(patience.nudge_s);
                out.record(Event::Nudged);
                let seconds = u16::try_from(seconds_left(out.now_ms, self.deadline_ms)).unwrap_or(u16::MAX);
                Verdict::Say(Notice::Nudge { seconds })
            }
            LadderStep::Nudged => {
                memory.step = LadderStep::WasReset;
                counts.resets = counts.resets.saturating_add(1);
                self.token = None;
                self.deadline_ms = out.now_ms + ms(patience.boot_s);
                self.pulse_until_ms = Some(out.now_ms + PULSE_MS);
                out.record(Event::ResetPulsed);
                out.apply(Effect::ResetLine(true));
                Verdict::Patience
            }
            LadderStep::WasReset | LadderStep::WasCycled => {
                memory.step = LadderStep::WasCycled;
                counts.cycles = counts.cycles.saturating_add(1);
                let off_s = pause(patience.off_s, memory.in_a_row);
                memory.in_a_row = memory.in_a_row.saturating_add(1);
                out.record(Event::PowerCycled { off_s });
                Verdict::Cycle { off_s }
            }
        }
    }
}

/// How long the box stays off: twice as long with each time, up to an hour.
fn pause(first_s: u16, in_a_row: u8) -> u16 {
    let doubled = u32::from(first_s) << in_a_row.min(12);
    u16::try_from(doubled).map_or(MAX_OFF_S, |seconds| seconds.min(MAX_OFF_S))
}

pub(crate) fn ms(seconds: u16) -> u64 {
    u64::from(seconds) * 1_000
}
