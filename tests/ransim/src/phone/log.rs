use std::collections::VecDeque;

use pumice_model::time::Instant;

use super::PhoneTimer;
use crate::crypto::Direction;

/// What happened at a phone, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneEvent {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: PhoneEventKind,
}

/// What can happen at a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneEventKind {
    /// A NAS message, by its name in the codec, and whether it was protected.
    Message {
        /// Which way.
        direction: Direction,
        /// What.
        name: &'static str,
        /// Whether under protection.
        protected: bool,
    },
    /// A NAS message was not accepted.
    Discarded(Discard),
    /// A page for this phone; `answered` unless it was not listening.
    Paged {
        /// Whether the phone heard it.
        answered: bool,
    },
    /// The network could not prove itself.
    NetworkNotAuthentic,
    /// K_eNB at the cell was another.
    SecurityKeyDiffers,
    /// The connection is gone.
    Released,
    /// A timer ended.
    TimerEnded(PhoneTimer),
}

/// Why a NAS message is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// It could not be read.
    Undecodable,
    /// It is not protected and must be.
    NotProtected,
    /// Its code does not fit.
    WrongMac,
    /// It came before.
    Replay,
    /// A rule of the test said so.
    Rule,
    /// The state has no use for it.
    Unexpected,
}

/// The last events.
#[derive(Debug, Clone)]
pub(super) struct Log {
    length: usize,
    events: VecDeque<PhoneEvent>,
}

impl Log {
    pub(super) const fn new(length: usize) -> Self {
        Self { length, events: VecDeque::new() }
    }

    pub(super) fn push(&mut self, at: Instant, kind: PhoneEventKind) {
        if self.length == 0 {
            return;
        }
        if self.events.len() >= self.length {
            self.events.pop_front();
        }
        self.events.push_back(PhoneEvent { at, kind });
    }

    pub(super) const fn events(&self) -> &VecDeque<PhoneEvent> {
        &self.events
    }
}
