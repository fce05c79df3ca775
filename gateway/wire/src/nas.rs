//! NAS of EPS (TS 24.301) between a phone and the MME.
//!
//! A message on the wire is an [`Outer`]: plain, security protected, or the short service request. Opening the protection is
//! not a codec's matter: the two sides have security of their own. What is inside is a [`Plain`] message.

mod capability;
mod cause;
mod codec;
mod emm;
mod esm;
mod fault;
mod outer;
mod pco;
mod timer;

pub use capability::{AdditionalSecurityCapability, MsNetworkCapability, UeNetworkCapability};
pub use cause::{EmmCause, EsmCause};
pub use codec::{decode, encode};
pub use emm::*;
pub use esm::*;
pub use fault::{NasFault, NasFaultKind};
pub use outer::{Outer, SecurityHeader, open, protect, service_request};
pub use pco::{Ipcp, IpcpCode, IpcpOption, Pco, PcoUnit};
pub use timer::{GprsTimer, GprsTimer3};

/// A plain message.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain<'a> {
    /// Mobility management.
    Emm(EmmMessage<'a>),
    /// Session management.
    Esm(EsmMessage),
}

impl Plain<'_> {
    /// The standard's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Emm(message) => message.name(),
            Self::Esm(message) => message.body.name(),
        }
    }
}
