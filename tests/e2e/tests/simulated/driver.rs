//! Drives the core message by message, with cells and phones that send exactly what a test wants: for states that a well-behaved
//! phone does not stay in, and for octets that it would not send.

mod config;
mod downlink;
mod driving;
mod handset;
mod ledger;
mod outcome;
mod random;
mod uplink;

pub(crate) use config::{TAC, choices, config, plmn, profile, subscribers, tai};
pub(crate) use downlink::{Heard, hear};
pub(crate) use driving::{CELL, Driver, OTHER_CELL, setup_request};
pub(crate) use handset::Handset;
pub(crate) use ledger::Ledger;
pub(crate) use outcome::{Kinds, Outcome};
pub(crate) use random::Random;
pub(crate) use uplink::{PTI, bearer_accept, connectivity_request, ecgi};
