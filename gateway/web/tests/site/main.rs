//! The page against a box in memory: as a service, and over TLS on loopback.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../fakes/mod.rs"]
mod fakes;
#[allow(dead_code, reason = "the API's tests use the rest of it")]
#[path = "../api/gateway.rs"]
mod gateway;

mod access;
mod adding;
mod assets;
mod browser;
mod care;
mod claim;
mod deeds;
mod forgery;
mod hostile;
mod live;
mod login;
mod people;
mod phones;
mod plain;
mod secrets;
mod sessions;
mod settings;
mod setup;
mod software;
mod tls;
