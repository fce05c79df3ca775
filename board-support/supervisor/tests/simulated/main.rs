//! The supervisor in simulated time, with the gateway's real driver on its line. Hours pass in milliseconds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

mod hostile;
mod line;
mod power;
mod promises;
mod update;
mod watchdog;
mod world;
