//! The durable state of one gateway: an SQLite database, sealed where it holds keys.
//!
//! ```text
//!   core --Change--> StoreThread --> Writer --> Store --> Database --> SQLite --> flash
//!                      queue         groups     seals     one transaction: all or nothing
//!                      |             backlog    |
//!   agw  --ask---------+--between batches-------+  accounts, sessions, audit, settings, SIMs in batches, usage, the past
//! ```
//!
//! What the core changes comes as batches of [`Change`](pumice_model::change::Change). What the box keeps for its people is
//! asked of [`Store`] itself, in its thread ([`StoreThread::ask`]) or before that is started; each question is a transaction
//! in which the rules of [`Keeper`](pumice_model::keeper::Keeper) hold, and is refused in the words of
//! [`Refusal`](pumice_model::control::Refusal). [`UsageMeter`] and [`Archive`] are what is counted in memory and written
//! now and then; they know neither a disk nor a clock.
//!
//! **The invariant:** when a commit with a [`Durability::Full`] change returns, it and all commits before it are on the
//! disk. When one with [`Durability::Normal`] changes returns, it survives the death of the process; a power cut takes at
//! most what the kernel had not written yet (half a minute), and always the newest first: what is found after it is the
//! state after some commit, never half of one.
//!
//! What decides when the disk does not play along, in this order: phones get service; nothing accepted is lost.
//! - A disk that is full, read-only or failing never stops a start. What can be read is served from memory, an operator's
//!   changes are refused, phones' changes wait in a bounded backlog until the disk recovers ([`Writer`]).
//! - A damaged database is set aside, and what can be read of it is carried over ([`Problem::SetAside`]).
//! - A record that does not open is reported and left in its place ([`Problem::Unreadable`]).
//! - A database of a newer program is refused: guessing at it could lose what it holds.
//!
//! - What is taken over from another box, or forgotten, is decided in one step and done by the next start ([`Home`]).
//!
//! Numbers that must never be used twice are safe through all of it: ceilings never go down, and jump ahead where the
//! database may be older than what was drawn (a restored backup, a damaged file).
//!
//! ```
//! use pumice_model::change::{Change, Counter};
//! use pumice_store::{FileSealer, Options, Store};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let directory = directory.path();
//! let open = || {
//!     let sealer = FileSealer::open_or_create(&directory.join("pumice.key"))?;
//!     Store::open(&directory.join("pumice.db"), Options::new(sealer))
//! };
//! let mut first = open()?;
//! first.store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: 64 }])?;
//! drop(first.store);
//!
//! let second = open()?;
//! assert_eq!(second.state.seq_ceiling, 64);
//! assert_eq!(second.identity, first.identity);
//! # Ok(())
//! # }
//! ```
//!
//! Not here: what a change means (`model`), when one is due (`core`), what happens to phones meanwhile (`agw`).
//!
//! [`Durability::Full`]: pumice_model::change::Durability::Full
//! [`Durability::Normal`]: pumice_model::change::Durability::Normal

mod archive;
mod audit;
mod backup;
mod batch;
mod database;
mod error;
mod files;
mod handle;
mod identity;
mod options;
mod people;
mod place;
mod portable;
mod problem;
mod read;
mod record;
pub mod restore;
mod revisions;
mod row;
mod salvage;
mod schema;
mod seal;
mod starts;
mod statistics;
mod steps;
mod store;
mod undone;
mod usage;
mod write;
mod writer;

pub use archive::{Archive, Sample, SavedRing};
pub use error::{KeyFileFault, StoreError};
pub use options::Options;
pub use place::{Home, Settled};
pub use portable::{LARGEST_BACKUP, Portable};
pub use problem::Problem;
pub use pumice_model::recovery_key::RecoveryKey;
pub use revisions::{Application, StartingRevision};
pub use seal::{FileSealer, Place, Sealer};
pub use statistics::{Latencies, Statistics};
pub use store::{Opened, Store};
pub use usage::{MeterBounds, UsageMeter};
pub use writer::{Batch, Notice, StoreThread, SubmitError, ThreadOptions, Writer, WriterOptions};
