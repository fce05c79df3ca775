//! The black box: the last events in a ring.

use std::collections::VecDeque;

use pumice_model::event::{Event, EventRecord};
use pumice_model::time::Instant;

/// The last events.
#[derive(Debug)]
pub(crate) struct EventLog {
    ring: VecDeque<EventRecord>,
    capacity: usize,
    next: u64,
}

impl EventLog {
    pub(crate) fn new(capacity: u32) -> Self {
        let capacity = usize::try_from(capacity).unwrap_or(usize::MAX).max(1);
        Self { ring: VecDeque::new(), capacity, next: 1 }
    }

    /// Keeps an event; the oldest goes if there are too many.
    pub(crate) fn record(&mut self, now: Instant, unix_seconds: Option<u64>, event: Event) -> EventRecord {
        let at_millis = u64::try_from(now.since_start().as_millis()).unwrap_or(u64::MAX);
        let record = EventRecord { sequence: self.next, at_millis, unix_seconds, event };
        self.next += 1;
        if self.ring.len() >= self.capacity {
            self.ring.pop_front();
        }
        self.ring.push_back(record.clone());
        record
    }

    /// The events after this sequence number, the oldest first.
    pub(crate) fn after(&self, sequence: u64) -> impl Iterator<Item = &EventRecord> {
        let from = self.ring.partition_point(|record| record.sequence <= sequence);
        self.ring.range(from..)
    }
}

#[cfg(test)]
mod tests;
