//! The pulse per second: whether cells that need phase have one.

#[cfg(test)]
mod tests;

use core::time::Duration;

use crate::sysfs::Tree;

/// Without a pulse for longer than this the phase is no longer locked.
const LATE: Duration = Duration::from_millis(2_500);
/// How many seconds of regular pulses make a lock.
const LOCK: Duration = Duration::from_secs(5);

/// Over how long pulses are counted before the count begins anew.
const COUNT_OVER: Duration = Duration::from_secs(10);

/// What the kernel says of the last pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The time of the system's clock at it, since 1970.
    pub at: Duration,
    /// Counts the pulses.
    pub sequence: u32,
}

impl Pulse {
    /// Reads `/sys/class/pps/NAME/assert`: `seconds.nanoseconds#sequence`.
    pub fn read(tree: &Tree, name: &str) -> Option<Self> {
        let text = tree.text(&format!("/sys/class/pps/{name}/assert")).ok()?;
        let (at, sequence) = text.split_once('#')?;
        let (seconds, nanos) = at.split_once('.')?;
        let nanos = (nanos.len() == 9).then(|| nanos.parse::<u32>().ok()).flatten()?;
        let at = Duration::new(seconds.parse().ok()?, (nanos < 1_000_000_000).then_some(nanos)?);
        Some(Self { at, sequence: sequence.parse().ok()? })
    }
}

/// Whether there is a phase to give to cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There never was a pulse with a fix behind it.
    None,
    /// Pulses come regularly, and the receiver has a fix.
    Locked,
    /// It was locked, and is held by the oscillators alone. For how long that is good enough is for the cell to say.
    Holdover {
        /// Since when, monotonic.
        since: Duration,
    },
}

/// Watches the pulses.
#[derive(Debug, Clone, Default)]
pub struct Pps {
    last: Option<(u32, Duration)>,
    /// What pulses and seconds are counted from: moved on now and then, because our second is not theirs.
    anchor: (u32, Duration),
    regular_since: Option<Duration>,
    locked: bool,
    lost_at: Option<Duration>,
}

impl Pps {
    /// None seen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what the kernel says, at least once a second; `has_fix` is the receiver's word.
    pub fn observe(&mut self, now: Duration, pulse: Option<Pulse>, has_fix: bool) -> Phase {
        let sequence = pulse.map(|pulse| pulse.sequence);
        match (sequence, self.last) {
            // The kernel says 0 where no pulse came yet.
            (None | Some(0), _) => self.last = None,
            (Some(sequence), None) => {
                self.last = Some((sequence, now));
                self.anchor = (sequence, now);
            }
            (Some(sequence), Some((seen, _))) if sequence != seen => {
                self.last = Some((sequence, now));
                self.count(sequence, now);
            }
            _ => {}
        }
        let is_late = self.last.is_none_or(|(_, at)| now.saturating_sub(at) > LATE);
        if is_late || !has_fix {
            self.regular_since = None;
        }
        let locked = self.regular_since.is_some_and(|since| now.saturating_sub(since) >= LOCK);
        if self.locked && !locked {
            self.lost_at = Some(now);
        }
        self.locked = locked;
        self.phase()
    }

    fn count(&mut self, sequence: u32, now: Duration) {
        let (first, at) = self.anchor;
        let pulses = u64::from(sequence.wrapping_sub(first));
        let passed = now.saturating_sub(at);
        // As many pulses as seconds, give or take one at the ends.
        let is_regular = pulses.abs_diff(passed.as_secs()) <= 1;
        self.regular_since = if is_regular { self.regular_since.or(Some(now)) } else { None };
        if !is_regular || passed >= COUNT_OVER {
            self.anchor = (sequence, now);
        }
    }

    /// The phase by what was seen last.
    pub const fn phase(&self) -> Phase {
        match (self.locked, self.lost_at) {
            (true, _) => Phase::Locked,
            (false, Some(since)) => Phase::Holdover { since },
            (false, None) => Phase::None,
        }
    }
}
