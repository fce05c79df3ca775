use core::time::Duration;

use pumice_model::time::Instant;

/// The timers of a phone (TS 24.301 table 10.2.1), and how long it remembers forbidden areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are the standard's names")]
pub enum PhoneTimer {
    T3346,
    T3402,
    T3410,
    T3411,
    T3412,
    T3416,
    T3417,
    T3418,
    T3420,
    T3421,
    T3430,
    T3440,
    ForbiddenAreas,
}

impl PhoneTimer {
    const ALL: [Self; 13] = [
        Self::T3346,
        Self::T3402,
        Self::T3410,
        Self::T3411,
        Self::T3412,
        Self::T3416,
        Self::T3417,
        Self::T3418,
        Self::T3420,
        Self::T3421,
        Self::T3430,
        Self::T3440,
        Self::ForbiddenAreas,
    ];

    /// Its value where the network does not give one.
    pub const fn default_span(self) -> Duration {
        Duration::from_secs(match self {
            // The middle of the range from which a phone draws (TS 24.008 table 11.2.2).
            Self::T3346 => 22 * 60,
            Self::T3402 => 12 * 60,
            Self::T3412 => 54 * 60,
            Self::T3411 | Self::T3440 => 10,
            Self::T3416 => 30,
            Self::T3417 => 5,
            Self::T3418 => 20,
            Self::T3410 | Self::T3420 | Self::T3421 | Self::T3430 => 15,
            Self::ForbiddenAreas => 12 * 3_600,
        })
    }
}

/// Which timers run, and until when.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    ends: [Option<Instant>; PhoneTimer::ALL.len()],
}

impl Timers {
    pub(super) fn start(&mut self, timer: PhoneTimer, end: Instant) {
        if let Some(place) = self.ends.get_mut(timer as usize) {
            *place = Some(end);
        }
    }

    pub(super) fn stop(&mut self, timer: PhoneTimer) {
        if let Some(place) = self.ends.get_mut(timer as usize) {
            *place = None;
        }
    }

    pub(super) fn stop_all(&mut self) {
        self.ends = Default::default();
    }

    pub(super) fn end(&self, timer: PhoneTimer) -> Option<Instant> {
        self.ends.get(timer as usize).copied().flatten()
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.ends.iter().flatten().min().copied()
    }

    /// The timer that ended first, which then runs no more.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<PhoneTimer> {
        let ended = |timer: &PhoneTimer| self.end(*timer).filter(|end| *end <= now);
        let timer = PhoneTimer::ALL
            .into_iter()
            .filter(|timer| ended(timer).is_some())
            .min_by_key(|timer| ended(timer))?;
        self.stop(timer);
        Some(timer)
    }
}
