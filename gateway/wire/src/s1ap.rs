//! S1AP (TS 36.413) between a cell and the MME.

mod cause;
mod codec;
mod fault;
mod message;

pub use cause::{Cause, CauseGroup};
pub use codec::{EncodeError, decode, encode};
pub use fault::{
    Answer, Criticality, CriticalityDiagnostics, Decoded, Fault, FaultKind, FaultyIe, Triggering,
};
pub use message::*;
