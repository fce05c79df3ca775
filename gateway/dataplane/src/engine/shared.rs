use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::forwarder::Forwarder;

/// The forwarder, and word of its events.
#[derive(Debug)]
pub(super) struct Shared {
    forwarder: Mutex<Forwarder>,
    changes: Notify,
    stopped: AtomicBool,
}

impl Shared {
    pub(super) fn new(forwarder: Forwarder) -> Self {
        Self { forwarder: Mutex::new(forwarder), changes: Notify::new(), stopped: AtomicBool::new(false) }
    }

    /// The forwarder. It has no half-done state between its calls that a panic elsewhere could leave.
    pub(super) fn forwarder(&self) -> MutexGuard<'_, Forwarder> {
        self.forwarder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes one that waits for events, or the next that will.
    pub(super) fn notify(&self) {
        self.changes.notify_one();
    }

    /// Completes when there may be an event, or the engine has stopped.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changes.notified()
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.changes.notify_waiters();
    }
}
