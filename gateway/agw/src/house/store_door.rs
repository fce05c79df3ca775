//! The way to the store's thread for what is not the core's: one question after another, between the core's batches.

use std::sync::Arc;
use std::time::Instant;

use pumice_model::control::{Pending, Refusal};
use pumice_model::time::Stamp;
use pumice_store::{Store, StoreThread};
use tokio::sync::oneshot;

/// The store's thread, and the clock by which what it keeps is stamped.
#[derive(Debug, Clone)]
pub(crate) struct StoreDoor {
    thread: Arc<StoreThread>,
    stamps: Stamps,
}

impl StoreDoor {
    pub(crate) fn new(thread: Arc<StoreThread>, stamps: Stamps) -> Self {
        Self { thread, stamps }
    }

    /// Has a question answered in the store's thread. One too many is told to come again.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T, Refusal> + Send + 'static,
    ) -> Pending<T> {
        let (answer, answered) = oneshot::channel();
        // Who asked may have gone: then nobody wants the answer.
        let asked = self.thread.ask(question, move |result| drop(answer.send(result)));
        Pending::new(async move {
            asked?;
            // A thread that has ended answers no more.
            answered.await.unwrap_or(Err(Refusal::Busy))
        })
    }

    /// Now.
    pub(crate) fn now(&self) -> Stamp {
        self.stamps.now()
    }
}

/// Stamps of this start of the gateway. A date is in them while the clock is trusted.
#[derive(Debug, Clone)]
pub(crate) struct Stamps {
    boot: u32,
    begun: Instant,
    trusted: Arc<std::sync::atomic::AtomicBool>,
}

impl Stamps {
    pub(crate) fn new(boot: u32) -> Self {
        Self { boot, begun: Instant::now(), trusted: Arc::default() }
    }

    /// Says whether the clock is trusted from now on.
    pub(crate) fn trust(&self, trusted: bool) {
        self.trusted.store(trusted, std::sync::atomic::Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Stamp {
        let trusted = self.trusted.load(std::sync::atomic::Ordering::Relaxed);
        Stamp {
            boot: self.boot,
            at_millis: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            unix_seconds: trusted.then(unix_seconds),
        }
    }
}

/// What the wall clock says, trusted or not; 0 before 1970.
pub(crate) fn unix_seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
