//! Time as the core sees it: a monotonic count that the shell supplies, and a wall clock that may not be trusted.

use core::ops::{Add, Sub};
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// A point on the monotonic clock of this process: the time since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(Duration);

impl Instant {
    /// The start of the clock.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The instant this long after the start.
    pub const fn after_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time since the start of the clock.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The time from `earlier` to this instant; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span))
    }
}

/// Seconds and offset of the wall clock, given to the core only while the clock is trusted (set by NTP, a cell or GNSS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WallClock {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: u64,
    /// The local time zone, in quarters of an hour east of UTC (TS 24.008 10.5.3.8): -48 to 56.
    pub zone_quarters: i8,
}

/// When something happened, on a box whose clock may be wrong: exact within a start, ordered across starts, and a date where
/// the clock was trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Which start of the gateway, from 1.
    pub boot: u32,
    /// Milliseconds since that start.
    pub at_millis: u64,
    /// Seconds since 1970, if the clock was trusted.
    pub unix_seconds: Option<u64>,
}
