//! Tests in process and in simulated time: exact from a seed, hours in seconds.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::unreachable,
    reason = "a test fails by panicking; clippy takes only functions marked #[test] for tests, not what they call"
)]

mod attach;
mod authentication;
mod cells;
mod detach;
mod driver;
mod exactness;
mod golden;
mod idle;
mod malformed;
mod misbehaviour;
mod orders;
mod paging;
mod pools;
#[path = "../../../../gateway/wire/tests/wire/recording.rs"]
#[allow(dead_code, reason = "it also reads what other tests need")]
mod recording;
#[path = "../../../../gateway/store/tests/store/recording_vfs.rs"]
#[allow(dead_code, reason = "it also records what other tests need")]
mod recording_vfs;
mod rejections;
mod replay;
mod requests;
mod restart;
mod second_opinion;
mod state_table;
mod support;
mod timers;
mod tracking_area;
mod traffic;
