use std::time::Duration;

use pumice_model::time::Instant;

/// Lines at once, and how fast more may follow. A hostile phone must not fill the log.
const BURST: u32 = 200;
const INTERVAL: Duration = Duration::from_millis(50);

/// Lets so many lines of events into the log, and counts the others.
#[derive(Debug)]
pub(crate) struct Pace {
    room: u32,
    refilled: Instant,
    left_out: u64,
}

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Paced {
    /// It is logged; before it so many were not.
    Log { left_out: u64 },
    /// It is not.
    LeaveOut,
}

impl Pace {
    pub(crate) const fn new() -> Self {
        Self { room: BURST, refilled: Instant::ZERO, left_out: 0 }
    }

    /// Asks for one line.
    pub(crate) fn next(&mut self, now: Instant) -> Paced {
        let lines = now.since(self.refilled).as_millis() / INTERVAL.as_millis();
        if lines > 0 {
            self.room = u32::try_from(lines).unwrap_or(BURST).saturating_add(self.room).min(BURST);
            self.refilled = now;
        }
        match self.room.checked_sub(1) {
            Some(room) => {
                self.room = room;
                Paced::Log { left_out: std::mem::take(&mut self.left_out) }
            }
            None => {
                self.left_out += 1;
                Paced::LeaveOut
            }
        }
    }
}
