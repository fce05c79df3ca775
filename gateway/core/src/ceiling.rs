//! Numbers that must never be used twice, whatever crashes: they are drawn under a ceiling that was persisted before.

use crate::io::Ticket;

/// A counter under a durable ceiling.
///
/// The ceiling is raised by a step when half of it is left, and the raise is committed while the numbers below are still in use:
/// nobody waits. Should the disk be so slow that the numbers run out, what uses the next one waits for the commit.
#[derive(Debug, Clone)]
pub(crate) struct Ceiling {
    next: u64,
    durable: u64,
    raising: Option<(Ticket, u64)>,
    step: u64,
}

/// What a draw asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raise {
    /// Nothing: there is room.
    None,
    /// Persist this ceiling some time soon.
    Ahead(u64),
    /// Persist this ceiling before the number is used.
    Now(u64),
}

impl Ceiling {
    /// Starts at what the store holds: everything below it may have been used.
    pub(crate) const fn restored(ceiling: u64, step: u64) -> Self {
        Self { next: ceiling, durable: ceiling, raising: None, step }
    }

    /// Starts at 0 with a ceiling that is persisted together with what begins here.
    pub(crate) const fn fresh(step: u64) -> Self {
        Self { next: 0, durable: step, raising: None, step }
    }

    /// The number that the next draw gives.
    pub(crate) const fn peek(&self) -> u64 {
        self.next
    }

    /// What is to be stored as the ceiling when the state is stored as a whole.
    pub(crate) fn stored(&self) -> u64 {
        self.raising.map_or(self.durable, |(_, ceiling)| ceiling).max(self.next)
    }

    /// Draws a number. `through` is the last ticket that is durable.
    pub(crate) fn draw(&mut self, through: Ticket) -> (u64, Raise) {
        self.settle(through);
        let drawn = self.next;
        self.next += 1;
        (drawn, self.wanted())
    }

    /// Notes that a raise was asked for.
    pub(crate) fn raising(&mut self, ticket: Ticket, ceiling: u64) {
        self.raising = Some((ticket, ceiling));
    }

    /// Whether the next number is not below the durable ceiling.
    pub(crate) fn is_reached(&mut self, through: Ticket) -> bool {
        self.settle(through);
        self.next >= self.durable
    }

    /// The commits through this ticket failed: a raise among them is asked for again.
    pub(crate) fn failed(&mut self, through: Ticket) {
        self.raising = self.raising.filter(|(ticket, _)| *ticket > through);
    }

    /// What must be persisted now that `next` is what it is.
    pub(crate) fn wanted(&self) -> Raise {
        if self.next > self.durable {
            return Raise::Now(self.next + self.step);
        }
        if self.raising.is_none() && self.durable - self.next < self.step / 2 {
            return Raise::Ahead(self.durable + self.step);
        }
        Raise::None
    }

    fn settle(&mut self, through: Ticket) {
        if let Some((ticket, ceiling)) = self.raising
            && ticket <= through
        {
            self.durable = self.durable.max(ceiling);
            self.raising = None;
        }
    }
}

#[cfg(test)]
mod tests;
