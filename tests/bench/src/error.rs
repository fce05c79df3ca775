use std::io;

use pumice_core::Ticket;
use pumice_lab::LabError;
use pumice_model::ModelError;
use pumice_sctp::{EndpointError, LostReason, SendError};
use pumice_store::StoreError;

use crate::procedure::Procedure;

/// Why a bench gave no numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum BenchError {
    /// The core did something else than when it was recorded.
    #[error("the replay differs from the recording at input {input}")]
    Differs { input: usize },
    /// The gateway ended, or did not become ready.
    #[error("the gateway does not answer; its log ends with:\n{log}")]
    GatewaySilent { log: String },
    #[error("{action}: {source}")]
    Io { action: &'static str, source: io::Error },
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error("a SIM or a phone: {0}")]
    Model(#[from] ModelError),
    /// Phones did not get through a procedure.
    #[error("{procedure}: {done} of {wanted} phones came to its end")]
    PhonesLeft { procedure: Procedure, done: usize, wanted: usize },
    /// The gateway did not take the subscribers.
    #[error("the gateway refused the subscribers: {answer}")]
    Provisioning { answer: String },
    #[error("the radio network's SCTP: {0}")]
    Sctp(#[from] EndpointError),
    #[error("the association ended: {0}")]
    SctpLost(LostReason),
    #[error("the association takes no more: {0}")]
    SctpSend(#[from] SendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk did not commit.
    #[error("the commit of {0:?} failed: {1}")]
    StoreFailed(Ticket, String),
    #[error("the store's thread ended")]
    StoreStopped,
    #[error("the clock of the thread: {0}")]
    ThreadClock(nix::Error),
}

impl BenchError {
    pub(crate) const fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}
