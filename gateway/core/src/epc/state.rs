//! What a connection's phone is expected to say next: one struct for each expected message.
//!
//! The registered state of a phone itself outlives its connections and is in [`crate::phone::Phone`].

use pumice_model::identity::{Guti, Imsi};
use pumice_model::ue::UeCapability;
use pumice_wire::nas::SecurityHeader;

use crate::hss::Vector;
use crate::security::SecurityContext;
use crate::session::PdnRequest;

use super::detach::Afterwards;

/// What is expected on a connection.
#[derive(Debug, Default)]
pub(crate) enum EmmState {
    /// Nothing: the connection is new, or it ends.
    #[default]
    Quiet,
    /// Identity Response.
    AwaitIdentity(Box<AwaitIdentity>),
    /// Authentication Response.
    AwaitAuthentication(Box<AwaitAuthentication>),
    /// Security Mode Complete.
    AwaitSecurityMode(Box<AwaitSecurityMode>),
    /// ESM Information Response.
    AwaitEsmInformation(Box<AwaitEsmInformation>),
    /// Attach Complete.
    AwaitAttachComplete(Box<AwaitAttachComplete>),
    /// Detach Accept.
    AwaitDetachAccept(Box<AwaitDetachAccept>),
    /// Anything that a registered phone may begin.
    Registered,
}

impl EmmState {
    /// Its name, for logs and for the table of states.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::AwaitIdentity(_) => "await identity",
            Self::AwaitAuthentication(_) => "await authentication",
            Self::AwaitSecurityMode(_) => "await security mode",
            Self::AwaitEsmInformation(_) => "await ESM information",
            Self::AwaitAttachComplete(_) => "await attach complete",
            Self::AwaitDetachAccept(_) => "await detach accept",
            Self::Registered => "registered",
        }
    }

    /// What a phone that is not proven wants.
    pub(crate) const fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::AwaitIdentity(state) => Some(&state.attempt),
            Self::AwaitAuthentication(state) => Some(&state.attempt),
            Self::AwaitSecurityMode(state) => Some(&state.attempt),
            Self::Quiet
            | Self::AwaitEsmInformation(_)
            | Self::AwaitAttachComplete(_)
            | Self::AwaitDetachAccept(_)
            | Self::Registered => None,
        }
    }

    /// What is sent again while the expected message does not come.
    pub(crate) fn repeat_mut(&mut self) -> Option<&mut Repeat> {
        match self {
            Self::Quiet | Self::Registered => None,
            Self::AwaitIdentity(state) => Some(&mut state.repeat),
            Self::AwaitAuthentication(state) => Some(&mut state.repeat),
            Self::AwaitSecurityMode(state) => Some(&mut state.repeat),
            Self::AwaitEsmInformation(state) => Some(&mut state.repeat),
            Self::AwaitAttachComplete(state) => Some(&mut state.repeat),
            Self::AwaitDetachAccept(state) => Some(&mut state.repeat),
        }
    }
}

/// A message that is sent again, with a NAS COUNT of its own each time (TS 24.301 4.4.3.1), until its answer comes.
#[derive(Debug, Clone)]
pub(crate) struct Repeat {
    /// The plain message.
    pub(crate) plain: Vec<u8>,
    /// How it is protected.
    pub(crate) protection: Protection,
    /// How often it may be sent again.
    pub(crate) left: u8,
}

/// How a downlink message is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// As the connection is: by the phone's context and ciphered, or not at all before there is one.
    AsConnection,
    /// By the context that a security mode command takes into use.
    Candidate(SecurityHeader),
}

/// What a phone wants, while it is made sure who it is.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) purpose: Purpose,
    /// Who it says it is.
    pub(crate) imsi: Option<Imsi>,
    /// The GUTI that it came with, if it came with one: if its authentication fails, its IMSI is asked for.
    pub(crate) guti: Option<Guti>,
    /// What it says it can do.
    pub(crate) capability: UeCapability,
    /// The key set that it says it has: not the one to give it.
    pub(crate) ksi: u8,
    /// HASH_MME of the request, if it came without valid protection: it makes the phone check that it arrived as it was sent.
    pub(crate) unprotected: Option<[u8; 8]>,
}

/// What for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    Attach(AttachRequested),
    Service,
    Tau(TauRequested),
}

/// What an attach asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttachRequested {
    pub(crate) combined: bool,
    pub(crate) drx: Option<u16>,
    pub(crate) pdn: PdnRequest,
    /// A digest of the request: the same request again is a repetition, another one begins anew (TS 24.301 5.5.1.2.7 d, e).
    pub(crate) digest: [u8; 8],
}

/// What a tracking area update asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TauRequested {
    pub(crate) combined: bool,
    pub(crate) active: bool,
    pub(crate) bearer_status: Option<u16>,
    pub(crate) drx: Option<u16>,
    pub(crate) radio_capability_update: bool,
}

/// T3470 runs.
#[derive(Debug)]
pub(crate) struct AwaitIdentity {
    pub(crate) attempt: Attempt,
    pub(crate) repeat: Repeat,
}

/// T3460 runs.
#[derive(Debug)]
pub(crate) struct AwaitAuthentication {
    pub(crate) attempt: Attempt,
    pub(crate) vector: Vector,
    pub(crate) ksi: u8,
    /// The SIM's sequence number was recovered once: a second synch failure ends it.
    pub(crate) resynchronised: bool,
    pub(crate) repeat: Repeat,
}

/// T3460 runs.
#[derive(Debug)]
pub(crate) struct AwaitSecurityMode {
    pub(crate) attempt: Attempt,
    pub(crate) imsi: Imsi,
    pub(crate) candidate: SecurityContext,
    pub(crate) repeat: Repeat,
}

/// T3489 runs.
#[derive(Debug)]
pub(crate) struct AwaitEsmInformation {
    pub(crate) attach: AttachRequested,
    pub(crate) repeat: Repeat,
}

/// T3450 runs.
#[derive(Debug)]
pub(crate) struct AwaitAttachComplete {
    pub(crate) attach: AttachRequested,
    /// The attach accept, for a phone that asks again.
    pub(crate) repeat: Repeat,
}

/// T3422 runs.
#[derive(Debug)]
pub(crate) struct AwaitDetachAccept {
    pub(crate) afterwards: Afterwards,
    pub(crate) repeat: Repeat,
}
