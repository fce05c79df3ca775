//! What goes into the core and what comes out.

use core::fmt;
use core::net::SocketAddr;

use pumice_model::change::Change;
use pumice_model::control::{Command, Refusal};
use pumice_model::event::EventRecord;
use pumice_model::rules::{UserPlaneCommand, UserPlaneEvent};
use pumice_model::time::WallClock;

/// Names an SCTP association for its life; the shell never uses one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationId(pub u64);

impl fmt::Display for AssociationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}", self.0)
    }
}

/// Names a command until it is answered; the shell chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// Numbers what is to be persisted, from 1 without gaps, in the order in which it must be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(pub u64);

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// An SCTP association with payload protocol 18 came up.
    AssociationUp {
        /// Its name from now on.
        association: AssociationId,
        /// Who is at the other end.
        peer: SocketAddr,
        /// How many streams there are to send on.
        outbound_streams: u16,
    },
    /// An association is gone.
    AssociationLost(AssociationId),
    /// The peer of an association has started it anew: what it knew of phones is gone.
    AssociationRestarted {
        /// Which.
        association: AssociationId,
        /// How many streams there are to send on now.
        outbound_streams: u16,
    },
    /// An S1AP message.
    S1ap {
        /// The association that it came on.
        association: AssociationId,
        /// The stream that it came on.
        stream: u16,
        /// The message.
        octets: &'a [u8],
    },
    /// An operator's command.
    Command {
        /// What the answer will be called.
        id: CommandId,
        /// What is wanted.
        command: Command,
    },
    /// The user plane has something to say.
    UserPlane(UserPlaneEvent),
    /// All [`Effect::Persist`] after the last such input up to this ticket are committed, or all of them failed.
    Stored {
        /// The last ticket of them.
        through: Ticket,
        /// What the disk says, if they failed.
        result: Result<(), String>,
    },
    /// The wall clock became trusted, was set, or is trusted no more.
    Clock(Option<WallClock>),
    /// Time passed: [`crate::Core::next_deadline`] is reached.
    Deadline,
}

/// What is to be done, in the order of the list within its kind; see the invariant at the top of the crate.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make a change durable.
    Persist {
        /// Its number.
        ticket: Ticket,
        /// The change.
        change: Change,
        /// Whether what is sent in the same batch, and later, waits for it.
        hold: bool,
    },
    /// Program the user plane.
    Program(UserPlaneCommand),
    /// Send an S1AP message.
    Send {
        /// On which association.
        association: AssociationId,
        /// On which stream.
        stream: u16,
        /// The message.
        octets: Vec<u8>,
    },
    /// End an association without ceremony: its peer is refused.
    Abort(AssociationId),
    /// Answer a command.
    Answer {
        /// Which.
        id: CommandId,
        /// What became of it.
        result: Result<(), Refusal>,
    },
    /// Tell the operator. The core keeps the last ones itself; this one is for the log.
    Publish(EventRecord),
}
