//! What the core did with one input.

use std::collections::BTreeMap;

use pumice_core::{AssociationId, Effect};
use pumice_model::change::Change;
use pumice_model::identity::Imsi;
use pumice_model::rules::UserPlaneCommand;

/// The effects of one input, sorted by kind.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) sent: Vec<(AssociationId, u16, Vec<u8>)>,
    pub(crate) persisted: Vec<Change>,
    pub(crate) programmed: Vec<UserPlaneCommand>,
    pub(crate) aborted: Vec<AssociationId>,
    /// How many effects there were.
    pub(crate) effects: usize,
    /// Which counters moved, and by how much.
    pub(crate) counted: Kinds,
}

/// How many there were of each kind.
pub(crate) type Kinds = BTreeMap<&'static str, u64>;

impl Outcome {
    pub(crate) fn note(&mut self, effects: Vec<Effect>) {
        self.effects += effects.len();
        for effect in effects {
            match effect {
                Effect::Send { association, stream, octets } => self.sent.push((association, stream, octets)),
                Effect::Persist { change, .. } => self.persisted.push(change),
                Effect::Program(command) => self.programmed.push(command),
                Effect::Abort(association) => self.aborted.push(association),
                Effect::Answer { .. } | Effect::Publish(_) => {}
            }
        }
    }

    /// Whether something durable of this phone changes.
    pub(crate) fn touches(&self, imsi: Imsi) -> bool {
        self.persisted.iter().any(|change| match change {
            Change::PutUe(record) | Change::RaiseUeCeilings(record) => record.imsi == imsi,
            Change::RemoveUe(other) | Change::RemoveSubscriber(other) => *other == imsi,
            // What a SIM says of its sequence number is authenticated by the SIM (MAC-S), and changes nothing of its phone.
            Change::PutSubscriber(_)
            | Change::Ceiling { .. }
            | Change::PutRadioCapability { .. }
            | Change::RemoveRadioCapability(_)
            | Change::LearnCell(_)
            | Change::ForgetCell(_) => false,
        })
    }

    /// What is made durable and what the user plane is told, by kind.
    pub(crate) fn beyond_the_wire(&self) -> Kinds {
        let mut kinds = Kinds::new();
        for change in &self.persisted {
            *kinds.entry(change_name(change)).or_default() += 1;
        }
        for command in &self.programmed {
            *kinds.entry(command_name(command)).or_default() += 1;
        }
        kinds
    }
}

const fn change_name(change: &Change) -> &'static str {
    match change {
        Change::Ceiling { .. } => "store ceiling",
        Change::PutSubscriber(_) => "store subscriber",
        Change::RemoveSubscriber(_) => "store: no subscriber",
        Change::PutUe(_) => "store phone",
        Change::RaiseUeCeilings(_) => "store COUNT ceiling",
        Change::RemoveUe(_) => "store: no phone",
        Change::PutRadioCapability { .. } => "store radio capability",
        Change::RemoveRadioCapability(_) => "store: no radio capability",
        Change::LearnCell(_) => "store cell",
        Change::ForgetCell(_) => "store: no cell",
    }
}

const fn command_name(command: &UserPlaneCommand) -> &'static str {
    match command {
        UserPlaneCommand::Establish(_) => "plane establish",
        UserPlaneCommand::Modify { .. } => "plane modify",
        UserPlaneCommand::Remove(_) => "plane remove",
        UserPlaneCommand::AdmitPeer(_) => "plane admit",
        UserPlaneCommand::RetirePeer(_) => "plane retire",
    }
}
