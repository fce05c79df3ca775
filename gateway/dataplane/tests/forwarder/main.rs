//! The forwarder by behaviour: a test is a few packets in and what comes out for each.

#![cfg(test)]

mod downlink;
mod hostile;
mod limits;
mod phone_to_phone;
mod rates;
#[path = "../../../wire/src/gtpu/tests/recordings.rs"]
mod recordings;
mod signalling;
mod uplink;
mod village;
