//! What an endpoint tells its owner.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one association. Never used twice in the life of a process, whichever endpoint it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationId(u64);

impl AssociationId {
    /// A name that was never used before.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The number itself, for logs and tables.
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Display for AssociationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What happened. Events of one association come in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The endpoint's back end has ended and nothing more will come. Never after a proper start, short of a defect.
    Closed,
    /// The association is gone. After each [`Event::Up`] and each `connect` exactly one, and nothing after it.
    Lost {
        /// Which one.
        association: AssociationId,
        /// Why.
        reason: LostReason,
    },
    /// A whole message.
    Message {
        /// From whom.
        association: AssociationId,
        /// The stream it came on.
        stream: u16,
        /// The payload protocol as a number ([`crate::S1AP_PPID`]); always one of the configured ones.
        ppid: u32,
        /// Its octets, never empty.
        payload: Vec<u8>,
    },
    /// The peer began anew on a standing association (RFC 9260 section 5.2): its memory is gone, what was queued for it
    /// is dropped, the association stays up under its name.
    Restarted {
        /// Which one.
        association: AssociationId,
        /// Streams that we may send on, numbered from 0.
        outbound_streams: u16,
        /// Streams that the peer may send on.
        inbound_streams: u16,
    },
    /// An association is up: one that a peer opened, or one of our own `connect`.
    Up {
        /// Its name from now on.
        association: AssociationId,
        /// The peer's address.
        peer: SocketAddr,
        /// Streams that we may send on, numbered from 0.
        outbound_streams: u16,
        /// Streams that the peer may send on.
        inbound_streams: u16,
    },
}

/// Why an association ended, or never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LostReason {
    /// We aborted it.
    LocalAbort,
    /// Every association was taken when it would have begun.
    NoRoom,
    /// The peer sent ABORT.
    PeerAbort,
    /// The peer broke the protocol, so we aborted.
    ProtocolViolation,
    /// One side shut it down gracefully.
    Shutdown,
    /// Too many retransmissions or heartbeats went unanswered.
    Unreachable,
}

impl fmt::Display for LostReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LocalAbort => "aborted by us",
            Self::NoRoom => "no room",
            Self::PeerAbort => "aborted by the peer",
            Self::ProtocolViolation => "protocol violation of the peer",
            Self::Shutdown => "shut down",
            Self::Unreachable => "peer unreachable",
        })
    }
}
