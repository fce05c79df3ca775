//! PDN connections: which APN, which address, which rules, what the phone is told.

mod pco;
mod pool;
mod rules;
mod select;

pub(crate) use pco::answer as pco_answer;
pub(crate) use pool::AddressPool;
pub(crate) use rules::{DOWNLINK_FAR, downlink_far, session};
pub(crate) use select::{PdnRequest, Selected, select};
