//! The schema and its migrations, which only go forward.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::StoreError;

/// A released file is never edited: a change is a further file.
const STEPS: &[M<'_>] = &[M::up(include_str!("schema/v1.sql"))];

/// Brings the schema to the newest version. Each step is a transaction with its version number.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    match Migrations::from_slice(STEPS).to_latest(connection) {
        Ok(()) => Ok(()),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(err.into()),
        Err(error) => Err(StoreError::Refused { code: 0, what: error.to_string() }),
    }
}

/// Whether no step was taken yet.
pub(crate) fn is_absent(connection: &Connection) -> bool {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .is_ok_and(|version: i64| version == 0)
}
