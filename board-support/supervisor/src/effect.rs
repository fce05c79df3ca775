//! What the supervisor does to the world.

use pumice_link::{Event, Rail, Record};

use crate::black_box::BlackBox;

/// One effect. They are to be carried out in order, at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect<'a> {
    /// Switch a rail on or off.
    Rail(Rail, bool),
    /// Pull the board's reset line, or let it go.
    ResetLine(bool),
    /// Send these octets over the link. When there is no room, drop them: the gateway asks again.
    Send(&'a [u8]),
    /// This went into the black box. For the debug log.
    Recorded(Record),
    /// Restart the microcontroller. What is to be sent should go out before.
    Restart,
}

/// Where effects go: the pins, or a test.
pub trait Effects {
    /// Carries one out.
    fn apply(&mut self, effect: Effect<'_>);
}

/// What a part of the logic needs of the outside: the time, the black box, the effects.
pub(crate) struct Outside<'a, 'm> {
    pub(crate) now_ms: u64,
    pub(crate) black_box: &'a mut BlackBox<'m>,
    pub(crate) effects: &'a mut dyn Effects,
}

impl Outside<'_, '_> {
    pub(crate) fn record(&mut self, event: Event) {
        let record = self.black_box.push(self.now_ms, event);
        self.effects.apply(Effect::Recorded(record));
    }

    pub(crate) fn apply(&mut self, effect: Effect<'_>) {
        self.effects.apply(effect);
    }
}

/// Whether a condition has been true for long enough.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    since_ms: Option<u64>,
}

impl Held {
    pub(crate) fn check(&mut self, now_ms: u64, condition: bool, hold_ms: u64) -> bool {
        if !condition {
            self.since_ms = None;
            return false;
        }
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        now_ms - since_ms >= hold_ms
    }
}

/// Whole seconds until `until_ms`, rounded up.
pub(crate) fn seconds_left(now_ms: u64, until_ms: u64) -> u32 {
    u32::try_from(until_ms.saturating_sub(now_ms).div_ceil(1_000)).unwrap_or(u32::MAX)
}
