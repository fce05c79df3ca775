//! All timers of the control plane: a small enum of names and one ordered table, not tasks.

use std::collections::{BTreeMap, BTreeSet};

use pumice_model::time::Instant;

use crate::connection::ConnectionKey;
use crate::io::AssociationId;
use pumice_model::identity::Imsi;

/// A timer, with what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// An association must begin S1 Setup.
    S1Setup(AssociationId),
    /// A NAS message is sent again: T3422, T3450, T3460, T3470 or T3489, by the state of the connection.
    NasRetransmission(ConnectionKey),
    /// A cell must answer an initial context setup.
    ContextSetup(ConnectionKey),
    /// A cell must answer a release command.
    ContextRelease(ConnectionKey),
    /// A phone is paged again.
    T3413(Imsi),
    /// A silent phone is no longer thought reachable (TS 23.401 4.3.5.2).
    MobileReachable(Imsi),
    /// A silent phone is detached.
    ImplicitDetach(Imsi),
}

/// The timers that run.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(Instant, Timer)>,
    running: BTreeMap<Timer, Instant>,
}

impl Timers {
    /// Starts a timer, or starts it anew.
    pub(crate) fn start(&mut self, timer: Timer, at: Instant) {
        if let Some(before) = self.running.insert(timer, at) {
            self.due.remove(&(before, timer));
        }
        self.due.insert((at, timer));
    }

    /// Stops a timer, if it runs.
    pub(crate) fn stop(&mut self, timer: Timer) {
        if let Some(at) = self.running.remove(&timer) {
            self.due.remove(&(at, timer));
        }
    }

    /// Whether a timer runs.
    pub(crate) fn runs(&self, timer: Timer) -> bool {
        self.running.contains_key(&timer)
    }

    /// When the next one is due.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the next one that is due.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Timer> {
        let (at, timer) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.due.remove(&(at, timer));
        self.running.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests;
