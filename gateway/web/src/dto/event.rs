use pumice_model::event::{self, AuthenticationFailure, CellRefusal, DetachReason};
use pumice_model::identity::Imsi;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell_id;

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Counts up without gaps from 1 in the life of a process.
    #[schema(example = 17)]
    pub sequence: u64,
    /// Milliseconds since the process started.
    #[schema(example = 60_000)]
    pub at_millis: u64,
    /// Seconds since 1970; null while the clock was not trusted.
    #[schema(required = true, example = 1_800_000_000)]
    pub unix_seconds: Option<u64>,
    /// What happened.
    pub event: EventKind,
}

impl From<event::EventRecord> for Event {
    fn from(record: event::EventRecord) -> Self {
        Self {
            sequence: record.sequence,
            at_millis: record.at_millis,
            unix_seconds: record.unix_seconds,
            event: record.event.into(),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(example = json!({"type": "phone_attached", "imsi": "001010000000001", "address": "10.45.0.2"}))]
pub enum EventKind {
    /// A SIM failed its authentication, or refused the network's.
    AuthenticationFailed {
        /// Which.
        imsi: String,
        /// How: `mac_failure`, `wrong_response`, `resynchronisation_failed`, `non_eps`.
        failure: String,
    },
    /// A cell's association ended.
    CellDown {
        /// Which.
        cell: String,
    },
    /// A cell was learned: it is admitted from now on.
    CellLearned {
        /// Which.
        cell: String,
        /// From where.
        address: String,
    },
    /// A cell was refused.
    CellRefused {
        /// Which, if it said so.
        #[schema(required = true)]
        cell: Option<String>,
        /// From where.
        peer: String,
        /// Why: `not_admitted`, `unknown_plmn_or_tac`, `too_many`, `identity_in_use`, `too_few_streams`.
        reason: String,
    },
    /// A cell completed S1 Setup.
    CellUp {
        /// Which.
        cell: String,
        /// Its association's peer.
        peer: String,
    },
    /// Something that this version of the API has no name for.
    Other {
        /// What.
        text: String,
    },
    /// A phone attached.
    PhoneAttached {
        /// Which.
        imsi: String,
        /// Its address.
        address: String,
    },
    /// A phone left.
    PhoneDetached {
        /// Which.
        imsi: String,
        /// Why: `by_phone`, `switch_off`, `implicit`, `by_operator`, `replaced`.
        reason: String,
    },
    /// A phone was refused.
    PhoneRefused {
        /// Which, if it said so.
        #[schema(required = true)]
        imsi: Option<String>,
        /// The EMM cause that it was given (TS 24.301 9.9.3.9).
        cause: u8,
    },
    /// A pool is full; told once until it has room again.
    PoolFull {
        /// The name of its limit.
        limit: String,
    },
    /// The disk does not take what it is given.
    StoreFailed {
        /// What the disk says.
        reason: String,
    },
    /// The disk takes what it is given again.
    StoreRecovered,
}

impl From<event::Event> for EventKind {
    fn from(event: event::Event) -> Self {
        use event::Event as Model;
        match event {
            Model::CellUp { enb, peer } => Self::CellUp { cell: cell_id(enb), peer: peer.to_string() },
            Model::CellDown { enb } => Self::CellDown { cell: cell_id(enb) },
            Model::CellLearned { enb, address } => {
                Self::CellLearned { cell: cell_id(enb), address: address.to_string() }
            }
            Model::CellRefused { enb, peer, reason } => Self::CellRefused {
                cell: enb.map(cell_id),
                peer: peer.to_string(),
                reason: cell_refusal(reason).to_owned(),
            },
            Model::PhoneAttached { imsi, address } => {
                Self::PhoneAttached { imsi: digits(imsi), address: address.to_string() }
            }
            Model::PhoneDetached { imsi, reason } => {
                Self::PhoneDetached { imsi: digits(imsi), reason: detach_reason(reason).to_owned() }
            }
            Model::PhoneRefused { imsi, cause } => Self::PhoneRefused { imsi: imsi.map(digits), cause },
            Model::AuthenticationFailed { imsi, failure } => Self::AuthenticationFailed {
                imsi: digits(imsi),
                failure: authentication_failure(failure).to_owned(),
            },
            Model::PoolFull { limit } => Self::PoolFull { limit: limit.as_str().to_owned() },
            Model::StoreFailed { reason } => Self::StoreFailed { reason: reason.as_str().to_owned() },
            Model::StoreRecovered => Self::StoreRecovered,
            other => Self::Other { text: format!("{other:?}") },
        }
    }
}

fn digits(imsi: Imsi) -> String {
    imsi.digits().as_str().to_owned()
}

const fn cell_refusal(reason: CellRefusal) -> &'static str {
    match reason {
        CellRefusal::NotAdmitted => "not_admitted",
        CellRefusal::UnknownPlmnOrTac => "unknown_plmn_or_tac",
        CellRefusal::TooMany => "too_many",
        CellRefusal::IdentityInUse => "identity_in_use",
        CellRefusal::TooFewStreams => "too_few_streams",
    }
}

const fn detach_reason(reason: DetachReason) -> &'static str {
    match reason {
        DetachReason::ByPhone => "by_phone",
        DetachReason::SwitchOff => "switch_off",
        DetachReason::Implicit => "implicit",
        DetachReason::ByOperator => "by_operator",
        DetachReason::Replaced => "replaced",
    }
}

const fn authentication_failure(failure: AuthenticationFailure) -> &'static str {
    match failure {
        AuthenticationFailure::MacFailure => "mac_failure",
        AuthenticationFailure::WrongResponse => "wrong_response",
        AuthenticationFailure::ResynchronisationFailed => "resynchronisation_failed",
        AuthenticationFailure::NonEps => "non_eps",
    }
}
