//! The API against a gateway in memory: as a service, and over loopback.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod bodies;
mod client;
mod description;
mod errors;
mod gateway;
mod guard;
mod imports;
mod lists;
mod metrics;
mod secrets;
mod sockets;
mod subscribers;
