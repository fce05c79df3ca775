//! How fast TLS clients may come: a handshake costs a small board milliseconds of its only fast core, and a crowd of them would take
//! that from the phones.
//!
//! Two bounds. So many connections may begin in a second; beyond, they are hung up on. Of those that have said hello, so many shake
//! hands at one time and each for a short time; the others wait in their seats, so that a browser that opens six connections at
//! once gets them all. One that has not said a word takes no place here.

use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::shared::Tally;

#[cfg(test)]
mod tests;

/// Handshakes at one time.
const AT_ONCE: usize = 4;

/// The longest that one takes once the client has said hello.
pub(crate) const LONGEST: Duration = Duration::from_secs(3);

/// Connections that may begin at once after a quiet time, and how long one of them takes to come back.
const BURST: u32 = 40;
const REFILL: Duration = Duration::from_millis(50);

/// How fast TLS clients may come; clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Handshakes {
    places: Arc<Semaphore>,
    bucket: Arc<Mutex<Bucket>>,
    begun: Instant,
    /// Those that came too fast, or waited too long.
    pub(crate) refused: Tally,
}

impl Default for Handshakes {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            bucket: Arc::default(),
            begun: Instant::now(),
            refused: Tally::default(),
        }
    }
}

impl Handshakes {
    /// Whether one more may begin now; one that may not is counted.
    pub(crate) fn admit(&self) -> bool {
        let now = self.begun.elapsed();
        let admitted = self.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        if !admitted {
            self.refused.count();
        }
        admitted
    }

    /// A place for one handshake, when it comes to it.
    pub(crate) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.ok()
    }
}

/// A token bucket, kept as the time at which it is full: [`BURST`] tokens before that, none is left. Sans-IO: the time comes in.
#[derive(Debug, Default)]
struct Bucket {
    full_at: Duration,
}

impl Bucket {
    fn take(&mut self, now: Duration) -> bool {
        let full_at = self.full_at.max(now) + REFILL;
        let taken = full_at.saturating_sub(now) <= REFILL * BURST;
        if taken {
            self.full_at = full_at;
        }
        taken
    }
}
