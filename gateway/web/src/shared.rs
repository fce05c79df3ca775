//! What the API and the page have in common: what there is once in a process.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use crate::handshakes::Handshakes;
use crate::site::password::Hasher;

/// What the API and the page have in common. Clones are the same; a program makes one and gives it to both.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// The one thread that makes and compares hashes, with the one memory for it.
    pub(crate) passwords: Hasher,
    /// How fast TLS clients may come.
    pub(crate) handshakes: Handshakes,
    /// Connections that were refused for where they come from.
    pub(crate) strangers: Tally,
}

/// Something that is counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<AtomicU64>);

impl Tally {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
