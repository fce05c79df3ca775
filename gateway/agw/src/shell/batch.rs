//! The order of things: what a batch of inputs asks for is persisted, then programmed, then sent, and nothing is sent before
//! the commit that it waits for. No socket, disk or clock here.

use std::collections::VecDeque;

use pumice_core::{AssociationId, CommandId, Effect, Ticket};
use pumice_model::change::Change;
use pumice_model::control::Refusal;
use pumice_model::event::EventRecord;
use pumice_model::rules::UserPlaneCommand;

// Named, because the simulation and the benches compile this module in, too.
#[cfg(test)]
#[path = "batch/tests.rs"]
mod tests;

/// Octets that may wait for a commit. Beyond this no input is taken until the disk has answered; one batch may exceed it.
const WAITING_OCTETS: usize = 4 << 20;

/// Changes that may wait until the store has room for them; as [`WAITING_OCTETS`].
const WAITING_CHANGES: usize = 16_384;

/// Something for the SCTP endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outgoing {
    /// A message.
    Send { association: AssociationId, stream: u16, octets: Vec<u8> },
    /// The end of an association.
    Abort(AssociationId),
}

impl Outgoing {
    const fn association(&self) -> AssociationId {
        match self {
            Self::Send { association, .. } | Self::Abort(association) => *association,
        }
    }

    fn octets(&self) -> usize {
        match self {
            Self::Send { octets, .. } => octets.len(),
            Self::Abort(_) => 0,
        }
    }
}

/// What of a batch is done at once.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct AtOnce {
    /// For the user plane, in order.
    pub(crate) programs: Vec<UserPlaneCommand>,
    /// For who gave commands.
    pub(crate) answers: Vec<(CommandId, Result<(), Refusal>)>,
    /// For the log.
    pub(crate) events: Vec<EventRecord>,
}

/// Between the core and the rooms.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    /// What the store was not given yet, and the ticket of its last change.
    changes: Vec<Change>,
    last: Ticket,
    /// What the store was given last, and what it has answered last.
    submitted: Ticket,
    answered: Ticket,
    /// The last change that something waits for.
    hold: Ticket,
    outgoing: VecDeque<(Ticket, Outgoing)>,
    octets: usize,
}

impl Batches {
    /// Takes the effects of one batch. All that it sends waits for all that it holds, whichever came first in the batch.
    pub(crate) fn take(&mut self, effects: &mut Vec<Effect>) -> AtOnce {
        let mut at_once = AtOnce::default();
        let first = self.outgoing.len();
        for effect in effects.drain(..) {
            match effect {
                Effect::Persist { ticket, change, hold } => {
                    self.changes.push(change);
                    self.last = ticket;
                    if hold {
                        self.hold = ticket;
                    }
                }
                Effect::Program(command) => at_once.programs.push(command),
                Effect::Send { association, stream, octets } => {
                    self.queue(Outgoing::Send { association, stream, octets });
                }
                Effect::Abort(association) => self.queue(Outgoing::Abort(association)),
                Effect::Answer { id, result } => at_once.answers.push((id, result)),
                Effect::Publish(record) => at_once.events.push(record),
            }
        }
        for (waits_for, _) in self.outgoing.iter_mut().skip(first) {
            *waits_for = self.hold;
        }
        at_once
    }

    fn queue(&mut self, outgoing: Outgoing) {
        self.octets += outgoing.octets();
        self.outgoing.push_back((self.hold, outgoing));
    }

    /// What the store is to commit now, under the ticket of its last change.
    pub(crate) fn commit(&mut self) -> Option<(Ticket, Vec<Change>)> {
        if self.changes.is_empty() {
            return None;
        }
        self.submitted = self.last;
        Some((self.last, std::mem::take(&mut self.changes)))
    }

    /// The store had no room: the changes of the last [`Self::commit`] are kept for the next one.
    pub(crate) fn commit_refused(&mut self, changes: Vec<Change>) {
        self.submitted = self.answered;
        let later = std::mem::replace(&mut self.changes, changes);
        self.changes.extend(later);
    }

    /// The store has committed all through this ticket, or failed to: both set free what waited.
    pub(crate) fn answered(&mut self, through: Ticket) {
        self.answered = self.answered.max(through);
    }

    /// What may be sent now.
    pub(crate) fn next_outgoing(&mut self) -> Option<Outgoing> {
        let (waits_for, _) = self.outgoing.front()?;
        if *waits_for > self.answered {
            return None;
        }
        let (_, outgoing) = self.outgoing.pop_front()?;
        self.octets -= outgoing.octets();
        Some(outgoing)
    }

    /// Drops what waits for an association that is gone, or whose peer has begun anew.
    pub(crate) fn forget(&mut self, association: AssociationId) {
        self.outgoing.retain(|(_, outgoing)| outgoing.association() != association);
        self.octets = self.outgoing.iter().map(|(_, outgoing)| outgoing.octets()).sum();
    }

    /// Whether so much waits for the disk that no input should be taken.
    pub(crate) fn is_full(&self) -> bool {
        self.octets > WAITING_OCTETS || self.changes.len() > WAITING_CHANGES
    }

    /// Whether the store has answered all that it was given, and has been given all.
    pub(crate) fn is_settled(&self) -> bool {
        self.changes.is_empty() && self.answered >= self.submitted
    }

    /// Messages that wait for a commit.
    pub(crate) fn waiting(&self) -> usize {
        self.outgoing.len()
    }
}
