//! Who makes progress, and who is stuck.

#[cfg(test)]
mod tests;

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most parts that are watched.
pub const MAX_PARTS: usize = 8;

/// A part's way to say that it made progress. It is cheap, needs no clock, and may be used from any thread.
#[derive(Debug, Clone)]
pub struct Progress {
    rounds: Arc<AtomicU64>,
}

impl Progress {
    /// A round is done. A part that has nothing to do says so too, well within its deadline.
    pub fn made(&self) {
        self.rounds.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Part {
    name: &'static str,
    deadline: Duration,
    rounds: Arc<AtomicU64>,
    seen: u64,
    seen_at: Duration,
}

/// Watches the parts.
#[derive(Debug, Default)]
pub struct ProgressWatch {
    parts: heapless::Vec<Part, MAX_PARTS>,
}

/// More than [`MAX_PARTS`] parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at most {MAX_PARTS} parts are watched")]
pub struct TooManyParts;

/// Whether the watchdog may be fed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody makes progress.
    Feed,
    /// These are stuck. If they do not come back, the board is reset.
    Starve(heapless::Vec<&'static str, MAX_PARTS>),
}

impl ProgressWatch {
    /// Watches nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Watches one more part, whose first deadline runs from now. Add parts when they have started: what takes long at the
    /// start is not yet watched.
    ///
    /// # Errors
    /// There are [`MAX_PARTS`] already.
    pub fn add(
        &mut self,
        name: &'static str,
        deadline: Duration,
        now: Duration,
    ) -> Result<Progress, TooManyParts> {
        let rounds = Arc::new(AtomicU64::new(0));
        let part = Part { name, deadline, rounds: Arc::clone(&rounds), seen: 0, seen_at: now };
        self.parts.push(part).map_err(|_| TooManyParts)?;
        Ok(Progress { rounds })
    }

    /// Looks at all parts. A part that is gone without having been forgotten is a part that is stuck.
    pub fn verdict(&mut self, now: Duration) -> Verdict {
        let mut stuck = heapless::Vec::new();
        for part in &mut self.parts {
            let rounds = part.rounds.load(Ordering::Relaxed);
            if rounds != part.seen {
                part.seen = rounds;
                part.seen_at = now;
            } else if now.saturating_sub(part.seen_at) > part.deadline {
                // There are as many places as parts.
                let _ = stuck.push(part.name);
            }
        }
        if stuck.is_empty() { Verdict::Feed } else { Verdict::Starve(stuck) }
    }

    /// Watches a part no more, because it was ended by order.
    pub fn forget(&mut self, name: &str) {
        self.parts.retain(|part| part.name != name);
    }
}
