//! The schema and its migrations, which only go forward.

use core::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use rusqlite_migration::{M, Migrations};

use crate::StoreError;

/// A released file is never edited: a change is a further file.
const STEPS: &[M<'_>] = &[M::up(include_str!("schema/v1.sql")), M::up(include_str!("schema/v2.sql"))];

/// Brings the schema to the newest version. Each step is a transaction with its version number.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    if check_version(connection)? == known() {
        return Ok(());
    }
    match Migrations::from_slice(STEPS).to_latest(connection) {
        Ok(()) => Ok(()),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(err.into()),
        Err(error) => Err(StoreError::Refused { code: 0, what: error.to_string() }),
    }
}

/// A database that can only be read, in the newest schema: itself, or a copy in memory that was brought up to date.
pub(crate) fn in_newest(connection: Connection) -> Result<Connection, StoreError> {
    if check_version(&connection)? == known() {
        return Ok(connection);
    }
    let mut copy = Connection::open_in_memory()?;
    Backup::new(&connection, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    migrate(&mut copy)?;
    Ok(copy)
}

/// The version of a database that is not newer than this program.
pub(crate) fn check_version(connection: &Connection) -> Result<i64, StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known() { Err(StoreError::Newer { found, known: known() }) } else { Ok(found) }
}

/// Whether there are steps to be taken, after others that were.
pub(crate) fn is_older(connection: &Connection) -> Result<bool, StoreError> {
    Ok((1..known()).contains(&check_version(connection)?))
}

fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Tables that are not read whole at start. One that is missing is noticed then, not when somebody asks for it.
pub(crate) fn look_for_tables(connection: &Connection) -> rusqlite::Result<()> {
    for table in
        ["accounts", "sessions", "audit", "revisions", "sim_batch", "usage_days", "usage_months", "history"]
    {
        connection.prepare(&format!("SELECT 1 FROM {table}"))?;
    }
    Ok(())
}

/// Whether no step was taken yet.
pub(crate) fn is_absent(connection: &Connection) -> bool {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .is_ok_and(|version: i64| version == 0)
}
