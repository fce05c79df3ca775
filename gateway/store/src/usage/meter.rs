//! Between counters that only tell what a session has used so far and the disk, which is told what is new.

#[cfg(test)]
mod tests;

use core::time::Duration;
use std::collections::BTreeMap;

use pumice_model::archive::{Day, DayUsage};
use pumice_model::identity::Imsi;
use pumice_model::time::Instant;

/// Flash is a budget: what is used is written once a minute.
const WRITE_EVERY: Duration = Duration::from_secs(60);

/// How much a meter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterBounds {
    /// Sessions that are counted at one time.
    pub sessions: usize,
    /// Days of phones that may wait for the disk.
    pub rows: usize,
}

impl Default for MeterBounds {
    /// Twice the bearers that there may be, and a few days of all phones on a disk that fails.
    fn default() -> Self {
        Self { sessions: 2_560, rows: 4_096 }
    }
}

/// Counts what is new of what sessions have used, by phone and day. Nothing is counted twice, and nothing is lost while its
/// session lives: what finds no room is counted when there is some. No clock, no disk.
#[derive(Debug)]
pub struct UsageMeter {
    bounds: MeterBounds,
    /// What each session had used when it was looked at last.
    sessions: BTreeMap<(Imsi, u64), Amounts>,
    /// What is not on the disk.
    dirty: BTreeMap<(Imsi, Day), Amounts>,
    taken: Option<Instant>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Amounts {
    uplink: u64,
    downlink: u64,
}

impl Amounts {
    /// What was added to `before`; all of it if a counter went down, because then both began anew.
    const fn since(self, before: Self) -> Self {
        if self.uplink < before.uplink || self.downlink < before.downlink {
            return self;
        }
        Self { uplink: self.uplink - before.uplink, downlink: self.downlink - before.downlink }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            uplink: self.uplink.saturating_add(other.uplink),
            downlink: self.downlink.saturating_add(other.downlink),
        }
    }
}

impl UsageMeter {
    /// A meter that has seen nothing.
    pub const fn new(bounds: MeterBounds) -> Self {
        Self { bounds, sessions: BTreeMap::new(), dirty: BTreeMap::new(), taken: None }
    }

    /// What a session has used since it began, octets. A session has a number that no other of its phone has in the life of
    /// the process: one whose counters began at 0 is another session, or went down.
    ///
    /// False if there was no room: nothing was counted, and the next look at the session counts it.
    pub fn observe(&mut self, imsi: Imsi, session: u64, uplink: u64, downlink: u64, day: Day) -> bool {
        let now = Amounts { uplink, downlink };
        let before = self.sessions.get(&(imsi, session)).copied();
        if before.is_none() && self.sessions.len() >= self.bounds.sessions {
            return false;
        }
        let new = now.since(before.unwrap_or_default());
        if new != Amounts::default() && !self.add(imsi, day, new) {
            return false;
        }
        self.sessions.insert((imsi, session), now);
        true
    }

    /// A session has ended; what it had used was observed before.
    pub fn end(&mut self, imsi: Imsi, session: u64) {
        self.sessions.remove(&(imsi, session));
    }

    /// What is to be added on the disk, at most once a minute; nothing if it is too early. What the disk refuses is to be
    /// given back.
    pub fn take_due(&mut self, now: Instant) -> Vec<DayUsage> {
        if self.dirty.is_empty() || self.taken.is_some_and(|taken| now.since(taken) < WRITE_EVERY) {
            return Vec::new();
        }
        self.taken = Some(now);
        self.take_all()
    }

    /// What is to be added on the disk: at the end.
    pub fn take_all(&mut self) -> Vec<DayUsage> {
        let mut rows: Vec<_> = core::mem::take(&mut self.dirty)
            .into_iter()
            .map(|((imsi, day), used)| row(imsi, day, used))
            .collect();
        // As they stand on the disk.
        rows.sort_by_key(|row| (row.day, row.imsi));
        rows
    }

    /// Takes back what the disk refused. It may hold as much again as is waiting already.
    pub fn give_back(&mut self, rows: Vec<DayUsage>) {
        for DayUsage { imsi, day, uplink, downlink } in rows {
            let used = Amounts { uplink, downlink };
            if !self.add(imsi, day, used) {
                self.dirty.insert((imsi, day), used);
            }
        }
    }

    /// What a phone used that is not on the disk yet, the oldest day first. What was taken and not given back is not in it.
    pub fn waiting(&self, imsi: Imsi) -> impl Iterator<Item = DayUsage> {
        self.dirty
            .range((imsi, Day(0))..=(imsi, Day(u32::MAX)))
            .map(|(&(imsi, day), &used)| row(imsi, day, used))
    }

    /// Adds to a row. Without room for a further one it is the newest of this phone: a day that is off by some is better
    /// than nothing. False if it has none.
    fn add(&mut self, imsi: Imsi, day: Day, used: Amounts) -> bool {
        let full = self.dirty.len() >= self.bounds.rows;
        if !full || self.dirty.contains_key(&(imsi, day)) {
            let sum = self.dirty.entry((imsi, day)).or_default();
            *sum = sum.and(used);
            return true;
        }
        let of_phone = self.dirty.range_mut((imsi, Day(0))..=(imsi, Day(u32::MAX)));
        match of_phone.last() {
            Some((_, sum)) => {
                *sum = sum.and(used);
                true
            }
            None => false,
        }
    }
}

impl Default for UsageMeter {
    fn default() -> Self {
        Self::new(MeterBounds::default())
    }
}

const fn row(imsi: Imsi, day: Day, used: Amounts) -> DayUsage {
    DayUsage { imsi, day, uplink: used.uplink, downlink: used.downlink }
}
