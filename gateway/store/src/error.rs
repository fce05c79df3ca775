//! Why the store could not do what it was asked.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the store could not do what it was asked. Cloned into the answer of every batch that shared a transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    // The surroundings: no batch would fare better.
    /// Another process has the database.
    #[error("another process has the database open")]
    Busy,
    /// The database is not what was written.
    #[error("the database is damaged: {what}")]
    Damaged {
        /// What SQLite says.
        what: String,
    },
    /// The disk, its quota, or the database's own bound is full.
    #[error("the disk or the database is full")]
    Full,
    /// The disk fails.
    #[error("the disk fails: {what}")]
    Io {
        /// What the system says.
        what: String,
    },
    /// The disk, the directory or the file is read-only.
    #[error("the disk is read-only")]
    ReadOnly,

    // The start.
    /// The key file cannot be used.
    #[error("key file {path}: {why}")]
    KeyFile {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: KeyFileFault,
    },
    /// A newer program wrote the database.
    #[error("the database has schema {found}, this program knows up to {known}")]
    Newer {
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },

    // One record or one batch.
    /// A ceiling is larger than a counter can be.
    #[error("a ceiling of {0} is larger than any counter")]
    CeilingTooLarge(u64),
    /// A record opened, but is not what its version says.
    #[error("the record is malformed")]
    Malformed,
    /// A sealed record was changed, moved, or sealed with another key.
    #[error("the seal does not open: changed, moved, or sealed with another key")]
    NotAuthentic,
    /// A record is longer than any record may be.
    #[error("the record is longer than any record may be")]
    RecordTooLarge,
    /// Whatever seals does not answer.
    #[error("sealing failed: {what}")]
    Sealer {
        /// What it says.
        what: String,
    },
    /// A record has a version that this program does not know.
    #[error("the record has version {0}, which is not known here")]
    UnknownVersion(u8),

    /// Anything else that SQLite says.
    #[error("SQLite refuses ({code}): {what}")]
    Refused {
        /// Its extended result code.
        code: i32,
        /// Its words.
        what: String,
    },
}

/// What is wrong with a key file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileFault {
    /// It is there, but holds no key. It is left as it is.
    #[error("it is there but holds no key; put the right one back, or move it away to lose what it sealed")]
    NoKey,
    /// The system refuses it.
    #[error("{0}")]
    System(String),
}

impl StoreError {
    /// Whether a smaller or another batch may fare better with the same disk.
    pub(crate) const fn may_be_of_one_batch(&self) -> bool {
        matches!(self, Self::CeilingTooLarge(_) | Self::Full | Self::RecordTooLarge | Self::Refused { .. })
    }

    /// Whether the disk or what seals, and not what was asked, is to blame: the same may work later.
    pub(crate) const fn is_of_the_surroundings(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Damaged { .. }
                | Self::Full
                | Self::Io { .. }
                | Self::ReadOnly
                | Self::Sealer { .. }
        )
    }

    /// Reads SQLite's answer; `errno` is what the system told SQLite, 0 if nothing.
    pub(crate) fn from_sqlite(error: &rusqlite::Error, errno: i32) -> Self {
        let what = error.to_string();
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            return Self::Damaged { what };
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                Self::Busy
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { what },
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
                let system = io::Error::from_raw_os_error(errno);
                match Self::from(system) {
                    Self::Io { .. } => Self::Io { what: format!("{what} (system error {errno})") },
                    classified => classified,
                }
            }
            ErrorCode::OutOfMemory => Self::Io { what },
            _ => Self::Refused { code: failure.extended_code, what },
        }
    }
}

/// Without a connection at hand there is no system error to ask for.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::from_sqlite(&error, 0)
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full
            }
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io { what: error.to_string() },
        }
    }
}
