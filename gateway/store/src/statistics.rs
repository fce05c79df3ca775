//! What the store has done, and how long the disk took.

#[cfg(test)]
mod tests;

use core::time::Duration;

use pumice_model::change::Durability;

/// What the store has done since it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Transactions that were on the disk when they returned.
    pub full_commits: u64,
    /// Transactions that the system was trusted with.
    pub normal_commits: u64,
    /// Transactions that failed.
    pub failed_commits: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Octets written to the log.
    pub log_octets_written: u64,
    /// Octets written to the database by checkpoints, at most: a page that changed twice since the last one is counted twice
    /// and written once.
    pub database_octets_written: u64,
    /// Octets in the log now.
    pub log_octets: u64,
    /// Changes that wait for the disk to recover.
    pub backlog: usize,
    /// Changes that found no room in the backlog: what they said is lost, should the power fail.
    pub backlog_dropped: u64,
    /// How long commits with a sync took, all of each transaction.
    pub full_latency: Latencies,
    /// How long commits without a sync took.
    pub normal_latency: Latencies,
    /// How long checkpoints took.
    pub checkpoint_latency: Latencies,
}

/// A histogram of latencies: four classes an octave from 1 us to 67 s, so that a percentile is at most a fifth too high.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies {
    classes: [u64; CLASSES],
    longest: Duration,
}

const CLASSES: usize = 4 * 26;

impl Latencies {
    /// Counts one.
    pub(crate) fn add(&mut self, latency: Duration) {
        let class = (0..CLASSES).find(|&class| latency <= upper_end(class)).unwrap_or(CLASSES - 1);
        if let Some(count) = self.classes.get_mut(class) {
            *count += 1;
        }
        self.longest = self.longest.max(latency);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.classes.iter().sum()
    }

    /// The longest.
    pub const fn longest(&self) -> Duration {
        self.longest
    }

    /// The latency that `percent` of a hundred did not exceed; zero when none was counted.
    pub fn percentile(&self, percent: u8) -> Duration {
        let wanted = (self.count() * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen = 0;
        for (class, count) in self.classes.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_end(class).min(self.longest);
            }
        }
        Duration::ZERO
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self { classes: [0; CLASSES], longest: Duration::ZERO }
    }
}

/// 1, 1.25, 1.5, 1.75 us, 2, 2.5, 3, 3.5 us, and so on.
fn upper_end(class: usize) -> Duration {
    let (octave, quarter) = (class / 4, class % 4);
    Duration::from_nanos((250 * (4 + quarter as u64)) << octave)
}

/// Where the parts of the store write what they did.
#[derive(Debug, Default)]
pub(crate) struct Meter(pub(crate) Statistics);

impl Meter {
    pub(crate) fn committed(&mut self, durability: Durability, latency: Duration) {
        match durability {
            Durability::Full => {
                self.0.full_commits += 1;
                self.0.full_latency.add(latency);
            }
            Durability::Normal => {
                self.0.normal_commits += 1;
                self.0.normal_latency.add(latency);
            }
        }
    }

    pub(crate) fn failed(&mut self) {
        self.0.failed_commits += 1;
    }

    pub(crate) fn wrote_log(&mut self, octets: u64) {
        self.0.log_octets_written += octets;
    }

    pub(crate) fn checkpointed(&mut self, octets: u64, latency: Duration) {
        self.0.checkpoints += 1;
        self.0.database_octets_written += octets;
        self.0.checkpoint_latency.add(latency);
    }
}
