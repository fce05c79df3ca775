//! What an operator is told: one line of a black box that is read weeks later.

use core::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::identity::{GlobalEnbId, Imsi};

/// An event with its place in the order of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Counts up without gaps from 1 in the life of a process.
    pub sequence: u64,
    /// Milliseconds since the process started.
    pub at_millis: u64,
    /// Seconds since 1970, when the clock was trusted.
    pub unix_seconds: Option<u64>,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// A cell completed S1 Setup.
    CellUp {
        /// Which.
        enb: GlobalEnbId,
        /// Its association's peer.
        peer: SocketAddr,
    },
    /// A cell's association ended.
    CellDown {
        /// Which.
        enb: GlobalEnbId,
    },
    /// A cell was learned: it is admitted from now on.
    CellLearned {
        /// Which.
        enb: GlobalEnbId,
        /// From where.
        address: IpAddr,
    },
    /// A cell was refused.
    CellRefused {
        /// Which, if it said so.
        enb: Option<GlobalEnbId>,
        /// From where.
        peer: SocketAddr,
        /// Why.
        reason: CellRefusal,
    },
    /// A phone attached.
    PhoneAttached {
        /// Which.
        imsi: Imsi,
        /// Its address.
        address: IpAddr,
    },
    /// A phone left.
    PhoneDetached {
        /// Which.
        imsi: Imsi,
        /// Why.
        reason: DetachReason,
    },
    /// A phone was refused.
    PhoneRefused {
        /// Which, if it said so.
        imsi: Option<Imsi>,
        /// The EMM cause that it was given (TS 24.301 9.9.3.9).
        cause: u8,
    },
    /// A SIM failed its authentication, or refused the network's.
    AuthenticationFailed {
        /// Which.
        imsi: Imsi,
        /// How.
        failure: AuthenticationFailure,
    },
    /// A pool is full; counted once until it has room again.
    PoolFull {
        /// The name of its limit.
        limit: heapless::String<32>,
    },
    /// The disk does not take what it is given: phones are served from memory, changes by the operator are refused.
    StoreFailed {
        /// What the disk says.
        reason: heapless::String<120>,
    },
    /// The disk takes what it is given again.
    StoreRecovered,
}

/// Why a cell was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellRefusal {
    /// It is not on the list, or the door is locked.
    NotAdmitted,
    /// It broadcasts no network or no tracking area that is served here.
    UnknownPlmnOrTac,
    /// There are as many cells as there may be.
    TooMany,
    /// Another association has this identity.
    IdentityInUse,
    /// Its association has too few streams to keep phones' signalling off stream 0.
    TooFewStreams,
}

/// Why a phone left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetachReason {
    /// It said so.
    ByPhone,
    /// It was switched off.
    SwitchOff,
    /// It was not heard of for too long.
    Implicit,
    /// The operator removed or barred its subscriber.
    ByOperator,
    /// It attached anew without its old context.
    Replaced,
}

/// How an authentication failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticationFailure {
    /// The SIM does not accept the network: wrong K or OPc here.
    MacFailure,
    /// The SIM's answer is wrong.
    WrongResponse,
    /// The SIM's sequence number could not be recovered.
    ResynchronisationFailed,
    /// The phone says that the separation bit of the AMF is not set.
    NonEps,
}
