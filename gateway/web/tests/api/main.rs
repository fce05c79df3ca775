//! The API against a gateway in memory: as a service, and over loopback.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../fakes/mod.rs"]
mod fakes;

mod accounts;
mod archive;
mod batch;
mod bodies;
mod client;
mod deeds;
mod description;
mod errors;
mod gateway;
mod guard;
mod imports;
mod lists;
mod machine;
mod metrics;
mod secrets;
mod settings;
mod sockets;
mod software;
mod subscribers;
