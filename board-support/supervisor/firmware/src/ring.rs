//! Octets from an interrupt to the main loop.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

const SIZE: usize = 512;

/// One producer, one consumer. When it is full, what comes is dropped: the frame is damaged, and sent again.
pub(crate) struct Ring {
    octets: [AtomicU8; SIZE],
    /// Octets ever put in and taken out. They wrap, and `SIZE` divides their range.
    put: AtomicUsize,
    taken: AtomicUsize,
}

impl Ring {
    pub(crate) const fn new() -> Self {
        Self {
            octets: [const { AtomicU8::new(0) }; SIZE],
            put: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
        }
    }

    pub(crate) fn put(&self, octet: u8) {
        let put = self.put.load(Ordering::Relaxed);
        if put.wrapping_sub(self.taken.load(Ordering::Acquire)) >= SIZE {
            return;
        }
        if let Some(place) = self.octets.get(put % SIZE) {
            place.store(octet, Ordering::Relaxed);
            self.put.store(put.wrapping_add(1), Ordering::Release);
        }
    }

    pub(crate) fn take(&self) -> Option<u8> {
        let taken = self.taken.load(Ordering::Relaxed);
        if taken == self.put.load(Ordering::Acquire) {
            return None;
        }
        let octet = self.octets.get(taken % SIZE)?.load(Ordering::Relaxed);
        self.taken.store(taken.wrapping_add(1), Ordering::Release);
        Some(octet)
    }
}
