use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use pumice_lab::LabError;
use pumice_model::ModelError;
use pumice_sctp::EndpointError;

/// Why a real network could not be built, or did not do what was expected of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RealError {
    /// The local API answered something else than was expected.
    #[error("{request}: {status} {body}")]
    Api {
        /// Method and path.
        request: String,
        /// The status code.
        status: u16,
        /// The body.
        body: String,
    },
    /// The gateway ended by itself.
    #[error("the gateway ended ({status}); the end of its log:\n{log}")]
    GatewayEnded {
        /// How.
        status: ExitStatus,
        /// The last lines of its log.
        log: String,
    },
    /// A file or a socket failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The laboratory failed.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A number makes no SIM or eNB.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The gateway did not say that it is ready.
    #[error("the gateway is not ready after {limit:?}; the end of its log:\n{log}")]
    NotReady {
        /// How long it was waited for.
        limit: Duration,
        /// The last lines of its log.
        log: String,
    },
    /// The radio network's thread has ended.
    #[error("the radio network has ended")]
    RadioGone,
    /// A cell has no SCTP.
    #[error("SCTP of a cell: {0}")]
    Sctp(#[from] EndpointError),
    /// What was waited for did not come.
    #[error("after {limit:?} still not: {what}\n{state}")]
    TimedOut {
        /// What.
        what: String,
        /// How long it was waited for.
        limit: Duration,
        /// How the radio network is.
        state: String,
    },
    /// A phone got another page than the server sent.
    #[error("phone {phone} got {octets} octets, status {status:?}, which is not the page")]
    WrongPage {
        /// Which phone.
        phone: u32,
        /// Octets of the body.
        octets: usize,
        /// The status code, if one came.
        status: Option<u16>,
    },
}

impl RealError {
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
