//! What was found wrong at start, and did not stop it.

use core::fmt;
use std::path::PathBuf;

use pumice_model::identity::Imsi;

use crate::StoreError;

/// What was found wrong at start, and did not stop it. `Display` shortens IMSIs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The disk takes nothing: the gateway starts with what could be read, and the store tries again with every commit.
    NotWritable {
        /// What the disk says.
        why: StoreError,
    },
    /// The database is a restored backup: ceilings have jumped ahead, phones were forgotten and attach anew.
    Restored {
        /// How many phones were forgotten.
        phones: usize,
    },
    /// A newer program had changed the schema. Its database was set aside, and the copy that it made before is in its place: what was
    /// kept since is in the other one.
    Returned {
        /// The newer one's.
        file: PathBuf,
    },
    /// The database was damaged. It was set aside, and what could be read of it stands in a new one, where ceilings have
    /// jumped ahead and phones attach anew.
    SetAside {
        /// The damaged one.
        file: PathBuf,
        /// What was wrong.
        why: StoreError,
        /// Rows that were carried over.
        rows: usize,
    },
    /// A table, or its rest, cannot be read.
    TableUnreadable {
        /// Which.
        table: &'static str,
        /// Why.
        why: StoreError,
    },
    /// A row cannot be read. It stays where it is until it is replaced.
    Unreadable {
        /// Its table.
        table: &'static str,
        /// Its key: an IMSI where the table has phones or subscribers.
        key: String,
        /// Why.
        why: StoreError,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritable { why } => write!(f, "the database cannot be written: {why}"),
            Self::Restored { phones } => write!(f, "a backup was restored; {phones} phones attach anew"),
            Self::Returned { file } => write!(
                f,
                "a newer version had changed the database, which was set aside as {}; what was kept before that version is in force",
                file.display()
            ),
            Self::SetAside { file, why, rows } => {
                write!(f, "{why}; it was set aside as {}, {rows} rows were carried over", file.display())
            }
            Self::TableUnreadable { table, why } => write!(f, "table {table}: {why}"),
            Self::Unreadable { table, key, why } => match Imsi::parse(key) {
                Ok(imsi) => write!(f, "table {table}, row {imsi}: {why}"),
                Err(_) => write!(f, "table {table}, row {key}: {why}"),
            },
        }
    }
}
