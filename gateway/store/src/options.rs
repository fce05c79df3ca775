//! How the store is run.

use core::fmt;
use core::time::Duration;

use crate::Sealer;

/// How the store is run.
pub struct Options {
    /// What seals the records that hold keys.
    pub sealer: Box<dyn Sealer>,
    /// The most that the database may take on the disk without its log, in octets. 2,000 subscribers, 640 phones and their
    /// radio capabilities take less than 8 MiB; with two years of what they used, a full audit, a full batch of SIMs and all
    /// revisions of the settings it is less than 16 MiB.
    pub database_octets: u64,
    /// How much log there may be, in octets: at this, a commit waits for a checkpoint before it starts.
    pub log_octets: u64,
    /// A wait added to every sync that a commit or a checkpoint makes, to see how a slow card behaves. It is a sleep of the
    /// thread that commits, right after SQLite's own sync; it counts in the latencies.
    pub sync_delay: Duration,
    /// The SQLite VFS to use, by the name that it was registered with; SQLite's own, if absent. Tests record and harm writes
    /// with one of theirs.
    pub vfs: Option<String>,
}

impl Options {
    /// The defaults with this sealer.
    pub fn new(sealer: impl Sealer + 'static) -> Self {
        Self {
            sealer: Box::new(sealer),
            database_octets: 32 << 20,
            log_octets: 8 << 20,
            sync_delay: Duration::ZERO,
            vfs: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("database_octets", &self.database_octets)
            .field("log_octets", &self.log_octets)
            .field("sync_delay", &self.sync_delay)
            .field("vfs", &self.vfs)
            .finish_non_exhaustive()
    }
}
