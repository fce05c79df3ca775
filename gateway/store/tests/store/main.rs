//! The store against the disk: what is acknowledged stays, whatever happens to the process, the power or the disk.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy takes only functions marked #[test] for tests, not what they call"
)]

mod batch;
mod bounds;
mod commit;
mod damage;
mod fixtures;
mod full_disk;
mod history;
mod identity;
mod kill;
mod people;
mod portable;
mod power;
mod recording_vfs;
mod restored_backup;
mod revisions;
mod schema;
mod sealing;
mod thread;
mod usage;
mod workload;
mod writer;
