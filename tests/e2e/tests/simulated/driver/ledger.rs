//! A store and a user plane that only keep account of what they were told, and object to what cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use pumice_core::{AssociationId, Effect, Input, Ticket};
use pumice_model::change::Change;
use pumice_model::identity::Imsi;
use pumice_model::rules::{SessionId, UserPlaneCommand};
use pumice_model::ue::UeRecord;

/// The account.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    last_ticket: Ticket,
    associations: BTreeSet<AssociationId>,
    /// The phones as they are stored.
    pub(crate) stored: BTreeMap<Imsi, UeRecord>,
    /// The sessions of the user plane.
    pub(crate) sessions: BTreeSet<SessionId>,
    /// The addresses from which packets are taken, and how often each was admitted.
    pub(crate) peers: BTreeMap<IpAddr, i64>,
}

impl Ledger {
    pub(super) fn expect(&mut self, input: &Input<'_>) {
        match input {
            Input::AssociationUp { association, .. } => drop(self.associations.insert(*association)),
            Input::AssociationLost(association) => drop(self.associations.remove(association)),
            _ => {}
        }
    }

    pub(super) fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Persist { ticket, change, .. } => {
                    assert_eq!(ticket.0, self.last_ticket.0 + 1, "tickets have no gaps");
                    self.last_ticket = *ticket;
                    self.store(change);
                }
                Effect::Program(command) => self.program(command),
                Effect::Send { association, stream, octets } => {
                    assert!(self.associations.contains(association), "{association} is not there");
                    assert!(*stream < 30, "stream {stream} does not exist");
                    assert!(octets.len() <= 64 << 10, "{} octets are sent", octets.len());
                }
                Effect::Abort(association) => drop(self.associations.remove(association)),
                Effect::Answer { .. } | Effect::Publish(_) => {}
            }
        }
    }

    fn store(&mut self, change: &Change) {
        match change {
            Change::PutUe(record) | Change::RaiseUeCeilings(record) => {
                self.stored.insert(record.imsi, (**record).clone());
            }
            Change::RemoveUe(imsi) | Change::RemoveSubscriber(imsi) => drop(self.stored.remove(imsi)),
            Change::Ceiling { .. }
            | Change::PutSubscriber(_)
            | Change::PutRadioCapability { .. }
            | Change::RemoveRadioCapability(_)
            | Change::LearnCell(_)
            | Change::ForgetCell(_) => {}
        }
    }

    fn program(&mut self, command: &UserPlaneCommand) {
        match command {
            UserPlaneCommand::Establish(session) => {
                assert!(self.sessions.insert(session.id), "{:?} is established twice", session.id);
            }
            UserPlaneCommand::Modify { session, .. } => {
                assert!(self.sessions.contains(session), "{session:?} is modified and is none");
            }
            UserPlaneCommand::Remove(session) => {
                assert!(self.sessions.remove(session), "{session:?} is removed and is none");
            }
            UserPlaneCommand::AdmitPeer(peer) => *self.peers.entry(*peer).or_default() += 1,
            UserPlaneCommand::RetirePeer(peer) => {
                let times = self.peers.entry(*peer).or_default();
                *times -= 1;
                assert!(*times >= 0, "{peer} is retired more often than admitted");
            }
        }
    }
}
