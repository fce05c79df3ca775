//! Operators' commands: checked, made durable, applied, answered, in this order. While one is on its way to the disk another
//! that names the same subscriber waits its turn at the store, and is checked again when it is applied.

use pumice_model::change::Change;
use pumice_model::control::{Command, Refusal};
use pumice_model::identity::Imsi;
use pumice_model::subscriber::{Subscriber, SubscriberState};

use crate::Core;
use crate::epc::Afterwards;
use crate::hss::same_keys;
use pumice_wire::s1ap::Cause;

use crate::io::{CommandId, Effect, Ticket};

/// The most commands that wait for the disk.
const PENDING: usize = 256;

/// A command whose change is on its way to the disk.
#[derive(Debug)]
pub(crate) struct PendingCommand {
    id: CommandId,
    command: Command,
}

impl Core {
    pub(crate) fn on_command(&mut self, id: CommandId, command: Command) {
        if let Err(refusal) = self.check(&command) {
            self.effects.push(Effect::Answer { id, result: Err(refusal) });
            return;
        }
        let command = self.keep_sequence_number(command);
        let tickets: Vec<_> =
            changes(&command).into_iter().map(|change| self.persist(change, false)).collect();
        match tickets.last() {
            Some(last) => {
                self.pending.insert(*last, PendingCommand { id, command });
            }
            None => self.effects.push(Effect::Answer { id, result: Ok(()) }),
        }
    }

    /// The commit through this ticket is done, or failed with this reason.
    pub(crate) fn finish_commands(&mut self, through: Ticket, failure: Option<String>) {
        let later = self.pending.split_off(&Ticket(through.0 + 1));
        for (_, pending) in core::mem::replace(&mut self.pending, later) {
            let result = match &failure {
                Some(reason) => Err(Refusal::Store { reason: reason.clone() }),
                None => {
                    self.apply(pending.command);
                    Ok(())
                }
            };
            self.effects.push(Effect::Answer { id: pending.id, result });
        }
    }

    /// Whether a change of this subscriber is on its way to the disk.
    pub(crate) fn has_pending_order(&self, imsi: Imsi) -> bool {
        self.pending.values().any(|pending| match &pending.command {
            Command::AddSubscribers(added) => added.iter().any(|subscriber| subscriber.imsi == imsi),
            Command::ReplaceSubscriber(subscriber) => subscriber.imsi == imsi,
            Command::ChangeSubscriber(changed, _)
            | Command::SetSubscriberState(changed, _)
            | Command::RemoveSubscriber(changed) => *changed == imsi,
            Command::ForgetCell(_) => false,
        })
    }

    /// The subscriber as it will be when what is on its way to the disk is there.
    fn as_ordered(&self, imsi: Imsi) -> Option<&Subscriber> {
        let ordered = self.pending.values().rev().find_map(|pending| match &pending.command {
            Command::ReplaceSubscriber(subscriber) if subscriber.imsi == imsi => Some(&**subscriber),
            Command::ReplaceSubscriber(_)
            | Command::AddSubscribers(_)
            | Command::ChangeSubscriber(..)
            | Command::SetSubscriberState(..)
            | Command::RemoveSubscriber(_)
            | Command::ForgetCell(_) => None,
        });
        ordered.or_else(|| self.hss.subscriber(imsi))
    }

    fn check(&self, command: &Command) -> Result<(), Refusal> {
        if self.pending.len() >= PENDING {
            return Err(Refusal::Busy);
        }
        match command {
            Command::AddSubscribers(subscribers) => self.check_additions(subscribers),
            Command::ReplaceSubscriber(subscriber) => self.check_known(subscriber.imsi),
            Command::ChangeSubscriber(imsi, _)
            | Command::SetSubscriberState(imsi, _)
            | Command::RemoveSubscriber(imsi) => self.check_known(*imsi),
            Command::ForgetCell(enb) if self.cells.is_learned(*enb) => Ok(()),
            Command::ForgetCell(_) => Err(Refusal::NotFound),
        }
    }

    fn check_additions(&self, subscribers: &[Subscriber]) -> Result<(), Refusal> {
        let adding = |command: &Command| match command {
            Command::AddSubscribers(subscribers) => subscribers.clone(),
            Command::ReplaceSubscriber(_)
            | Command::ChangeSubscriber(..)
            | Command::SetSubscriberState(..)
            | Command::RemoveSubscriber(_)
            | Command::ForgetCell(_) => Vec::new(),
        };
        let underway: Vec<_> = self.pending.values().flat_map(|pending| adding(&pending.command)).collect();
        let mut seen = std::collections::BTreeSet::new();
        for subscriber in underway.iter().chain(subscribers) {
            if self.hss.subscriber(subscriber.imsi).is_some() || !seen.insert(subscriber.imsi) {
                return Err(Refusal::Exists(subscriber.imsi));
            }
        }
        if seen.len() > self.hss.room() {
            return Err(Refusal::Full { limit: "subscribers", holds: self.config.limits.subscribers });
        }
        Ok(())
    }

    fn check_known(&self, imsi: Imsi) -> Result<(), Refusal> {
        let removing = |pending: &PendingCommand| matches!(&pending.command, Command::RemoveSubscriber(gone) if *gone == imsi);
        match self.hss.subscriber(imsi) {
            Some(_) if !self.pending.values().any(removing) => Ok(()),
            _ => Err(Refusal::NotFound),
        }
    }

    /// An operator never writes sequence numbers: what is known of the SIM stays, unless it is another SIM.
    fn keep_sequence_number(&self, command: Command) -> Command {
        match command {
            Command::ReplaceSubscriber(mut subscriber) => {
                let before = self.hss.subscriber(subscriber.imsi);
                subscriber.seq_offset = before.map_or(0, |before| before.seq_offset);
                Command::ReplaceSubscriber(subscriber)
            }
            Command::ChangeSubscriber(imsi, change) => match self.as_ordered(imsi) {
                Some(before) => Command::ReplaceSubscriber(Box::new(change.of(before.clone()))),
                None => Command::ChangeSubscriber(imsi, change),
            },
            Command::SetSubscriberState(imsi, state) => match self.as_ordered(imsi) {
                Some(before) => Command::ReplaceSubscriber(Box::new(Subscriber { state, ..before.clone() })),
                None => Command::SetSubscriberState(imsi, state),
            },
            Command::AddSubscribers(_) | Command::RemoveSubscriber(_) | Command::ForgetCell(_) => command,
        }
    }

    fn apply(&mut self, command: Command) {
        match command {
            Command::AddSubscribers(subscribers) => {
                for subscriber in subscribers {
                    self.hss.put(subscriber);
                }
            }
            Command::ReplaceSubscriber(subscriber) => self.apply_replacement(*subscriber),
            // Became a replacement before it was persisted.
            Command::ChangeSubscriber(..) | Command::SetSubscriberState(..) => {}
            Command::RemoveSubscriber(imsi) => {
                self.hss.remove(imsi);
                self.detach_by_network(imsi, Afterwards::Forget);
            }
            Command::ForgetCell(enb) => {
                self.cells.forget(enb);
            }
        }
    }

    fn apply_replacement(&mut self, mut subscriber: Subscriber) {
        let imsi = subscriber.imsi;
        let new_keys = self.hss.subscriber(imsi).is_none_or(|before| !same_keys(before, &subscriber));
        if let Some(before) = self.hss.subscriber(imsi) {
            // A resynchronisation may have overtaken the command on its way to the disk.
            subscriber.seq_offset = subscriber.seq_offset.max(before.seq_offset);
        }
        let barred = subscriber.state == SubscriberState::Barred;
        self.hss.put(subscriber);
        if new_keys {
            // Who is being asked by the old key must not come in by it.
            for key in self.connections.attempting(imsi) {
                self.release(key, Cause::NAS_UNSPECIFIED);
            }
            self.detach_by_network(imsi, Afterwards::Forget);
        } else if barred {
            self.detach_by_network(imsi, Afterwards::Remember);
        }
    }
}

fn changes(command: &Command) -> Vec<Change> {
    match command {
        Command::AddSubscribers(subscribers) => {
            subscribers.iter().map(|subscriber| Change::PutSubscriber(Box::new(subscriber.clone()))).collect()
        }
        Command::ReplaceSubscriber(subscriber) => vec![Change::PutSubscriber(subscriber.clone())],
        Command::ChangeSubscriber(..) | Command::SetSubscriberState(..) => Vec::new(),
        Command::RemoveSubscriber(imsi) => vec![Change::RemoveSubscriber(*imsi)],
        Command::ForgetCell(enb) => vec![Change::ForgetCell(*enb)],
    }
}
