use std::fmt;

use pumice_model::event::{AuthenticationFailure, CellRefusal, DetachReason, Event};
use pumice_model::identity::{GlobalEnbId, Imsi};
use pumice_web::dto::cell_id;
use tracing::Level;

use crate::config::ImsiInLog;

/// A line of the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventLine {
    pub(crate) level: Level,
    pub(crate) text: String,
}

/// An event in words: what happened, to whom, and what an operator can do about it.
pub(crate) fn event_line(event: &Event, imsi: ImsiInLog) -> EventLine {
    let shown = |imsi_of: &Imsi| Shown { imsi: *imsi_of, how: imsi };
    let info = |text| EventLine { level: Level::INFO, text };
    let warn = |text| EventLine { level: Level::WARN, text };
    match event {
        Event::CellUp { enb, peer } => info(format!("cell {} is up, from {peer}", cell_id(*enb))),
        Event::CellDown { enb } => warn(format!("cell {} is gone", cell_id(*enb))),
        Event::CellLearned { enb, address } => {
            info(format!("cell {} at {address} is learned: it is admitted from now on", cell_id(*enb)))
        }
        Event::CellRefused { enb, peer, reason } => {
            warn(format!("{} at {peer} is refused: {}", cell(*enb), cell_refusal(*reason)))
        }
        Event::PhoneAttached { imsi, address } => {
            info(format!("phone {} is attached, with address {address}", shown(imsi)))
        }
        Event::PhoneDetached { imsi, reason } => {
            info(format!("phone {} is detached: {}", shown(imsi), detach_reason(*reason)))
        }
        Event::PhoneRefused { imsi: Some(imsi), cause } => {
            warn(format!("phone {} is refused: {}", shown(imsi), emm_cause(*cause)))
        }
        Event::PhoneRefused { imsi: None, cause } => {
            warn(format!("a phone that did not say who it is is refused: {}", emm_cause(*cause)))
        }
        Event::AuthenticationFailed { imsi, failure } => {
            warn(format!("authentication of {} failed: {}", shown(imsi), authentication_failure(*failure)))
        }
        Event::PoolFull { limit } => warn(format!(
            "limits.{limit} is reached: the next are refused until there is room, or the limit is raised"
        )),
        Event::StoreFailed { reason } => EventLine {
            level: Level::ERROR,
            text: format!(
                "the disk takes nothing: phones are served from memory, changes are refused: {reason}"
            ),
        },
        Event::StoreRecovered => info("the disk takes what it is given again".to_owned()),
        other => info(format!("{other:?}")),
    }
}

struct Shown {
    imsi: Imsi,
    how: ImsiInLog,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.how {
            ImsiInLog::Short => self.imsi.fmt(f),
            ImsiInLog::Full => f.write_str(&self.imsi.digits()),
        }
    }
}

fn cell(enb: Option<GlobalEnbId>) -> String {
    enb.map_or_else(|| "an unnamed cell".to_owned(), |enb| format!("cell {}", cell_id(enb)))
}

const fn cell_refusal(reason: CellRefusal) -> &'static str {
    match reason {
        CellRefusal::NotAdmitted => {
            "it is not admitted; s1ap.admission says who is, and a learned cell can be forgotten (DELETE /api/v1/cells/..)"
        }
        CellRefusal::UnknownPlmnOrTac => {
            "it broadcasts no network and tracking area of network.plmn and network.tacs: set it, or them"
        }
        CellRefusal::TooMany => "there are as many cells as limits.cells allows",
        CellRefusal::IdentityInUse => {
            "another association has this identity: two cells are set up with one identity"
        }
        CellRefusal::TooFewStreams => {
            "it offers too few SCTP streams: phones' signalling needs one besides stream 0"
        }
    }
}

const fn detach_reason(reason: DetachReason) -> &'static str {
    match reason {
        DetachReason::ByPhone => "it said so",
        DetachReason::SwitchOff => "it was switched off",
        DetachReason::Implicit => "nothing was heard of it for too long",
        DetachReason::ByOperator => "its subscriber was removed or barred",
        DetachReason::Replaced => "it attached anew",
    }
}

const fn authentication_failure(failure: AuthenticationFailure) -> &'static str {
    match failure {
        AuthenticationFailure::MacFailure => {
            "the SIM does not accept the network: K or OPc here is not the SIM's"
        }
        AuthenticationFailure::WrongResponse => {
            "the SIM's answer is wrong: K or OPc here is not the SIM's, or it is another SIM"
        }
        AuthenticationFailure::ResynchronisationFailed => "the SIM's sequence number could not be recovered",
        AuthenticationFailure::NonEps => {
            "the phone misses the separation bit: the subscriber's AMF must be 8000"
        }
    }
}

/// TS 24.301 9.9.3.9.
fn emm_cause(cause: u8) -> String {
    let meaning = match cause {
        3 => "illegal UE",
        6 => "illegal ME",
        7 => "EPS services not allowed",
        8 => "EPS services and non-EPS services not allowed",
        9 => "UE identity cannot be derived by the network",
        10 => "implicitly detached",
        11 => "PLMN not allowed: its SIM is of another network",
        12 => "tracking area not allowed",
        13 => "roaming not allowed in this tracking area",
        14 => "EPS services not allowed in this PLMN",
        15 => "no suitable cells in tracking area: its subscriber is unknown or barred here",
        17 => "network failure",
        19 => "ESM failure: no bearer could be set up",
        20 => "MAC failure",
        21 => "synch failure",
        22 => "congestion: no room, or its subscriber is unknown or barred here",
        23 => "UE security capabilities mismatch: no algorithm in common",
        24 => "security mode rejected, unspecified",
        25 => "not authorised for this CSG",
        26 => "non-EPS authentication unacceptable",
        39 => "CS service temporarily not available",
        40 => "no EPS bearer context activated",
        42 => "severe network failure",
        95..=101 | 111 => "protocol error",
        _ => "see TS 24.301 9.9.3.9",
    };
    format!("cause #{cause}, {meaning}")
}
