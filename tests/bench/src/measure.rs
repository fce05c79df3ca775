//! What many measurements come to.

use core::time::Duration;

/// The middle one; zero of none.
pub fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

/// How often a second something happens that happened so often in a time.
pub fn per_second(count: u32, time: Duration) -> f64 {
    f64::from(count) / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Percentiles of latencies; zero of none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Percentiles {
    /// What half of them did not exceed.
    pub p50: Duration,
    /// What 99 of a hundred did not exceed.
    pub p99: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Percentiles {
    /// The percentiles of these.
    pub fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        // The smallest that so many of a hundred do not exceed.
        let at = |percent: usize| {
            let rank = (durations.len() * percent).div_ceil(100).max(1);
            durations.get(rank - 1).copied().unwrap_or_default()
        };
        Self { p50: at(50), p99: at(99), longest: at(100) }
    }
}

#[cfg(test)]
mod tests;
