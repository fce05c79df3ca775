//! A damaged database. The gateway must start, and what was accepted must not be lost: so the damaged file is kept under
//! another name, and whatever of it can be read is carried into a new one. Rows may be missing or old, and ceilings with
//! them: it is treated like a restored backup.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use crate::database::open_to_read;
use crate::{Problem, StoreError, files, identity, restore, schema};

/// What is carried over: phones and their radio capabilities come back from the air, people sign in anew.
const TABLES: [Table; 12] = [
    Table {
        name: "box",
        columns: "id, serial, mme_group, mme_code, tac, first_teid, first_ind, m_tmsi_seed",
        key: 1,
    },
    Table { name: "ceilings", columns: "counter, ceiling", key: 1 },
    Table { name: "subscribers", columns: "imsi, name, state, record", key: 1 },
    Table { name: "learned_cells", columns: "plmn, kind, number, address", key: 3 },
    Table { name: "starts", columns: "id, boots, unix_seconds", key: 1 },
    Table { name: "accounts", columns: "name, role, record", key: 1 },
    Table { name: "revisions", columns: "number, state, actor, record, secrets", key: 1 },
    Table { name: "sim_batch", columns: "iccid, record", key: 1 },
    Table { name: "usage_months", columns: "month, imsi, uplink, downlink", key: 2 },
    Table { name: "usage_days", columns: "day, imsi, uplink, downlink", key: 2 },
    Table {
        name: "audit",
        columns: "number, boot, at_millis, unix_seconds, actor, address, action, subject, outcome",
        key: 1,
    },
    Table { name: "history", columns: "step_seconds, record", key: 1 },
];

struct Table {
    name: &'static str,
    columns: &'static str,
    /// How many of the columns are the primary key.
    key: usize,
}

/// Sets the damaged database aside and puts a new one with what could be read into its place.
pub(crate) fn rebuild(database: &Path, why: StoreError) -> Result<Problem, StoreError> {
    let new = files::rebuilt(database);
    files::create_anew(&new)?;
    let rows = fill(database, &new)?;
    std::fs::File::open(&new)?.sync_all()?;
    let file = files::set_aside(database)?;
    Ok(Problem::SetAside { file, why, rows })
}

fn fill(damaged: &Path, new: &Path) -> Result<usize, StoreError> {
    let mut new = Connection::open(new)?;
    // A single file, complete when it is closed.
    new.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;")?;
    schema::migrate(&mut new)?;
    let transaction = new.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let rows = match open_to_read(damaged) {
        Ok(damaged) => carry_over(&damaged, &transaction)?,
        Err(error) => {
            tracing::warn!(%error, "nothing of the damaged database can be read");
            0
        }
    };
    restore::jump_in(&transaction)?;
    transaction.commit()?;
    new.close().map_err(|(_, error)| error)?;
    Ok(rows)
}

fn carry_over(damaged: &Connection, new: &Connection) -> Result<usize, StoreError> {
    let mut carried = 0;
    for table in &TABLES {
        // A box whose identity makes no sense gets a new one.
        if table.name == "box" && !matches!(identity::read(damaged), Ok(Some(_))) {
            continue;
        }
        // From both ends up to the damage; a row is never in memory with all others.
        for direction in ["ASC", "DESC"] {
            match read_until_damage(damaged, table, direction, new)? {
                (rows, None) => {
                    carried += rows;
                    break;
                }
                (rows, Some(error)) => {
                    carried += rows;
                    tracing::warn!(table = table.name, %error, "rows could not be read");
                }
            }
        }
    }
    Ok(carried)
}

/// Carries rows over until one cannot be read; gives how many, and what stopped it.
fn read_until_damage(
    damaged: &Connection,
    table: &Table,
    direction: &str,
    new: &Connection,
) -> Result<(usize, Option<rusqlite::Error>), StoreError> {
    let key: Vec<_> = (1..=table.key).map(|column| format!("{column} {direction}")).collect();
    let query = format!("SELECT {} FROM {} ORDER BY {}", table.columns, table.name, key.join(", "));
    let places = vec!["?"; table.columns.split(',').count()].join(", ");
    let mut insert =
        new.prepare(&format!("INSERT OR IGNORE INTO {} ({}) VALUES ({places})", table.name, table.columns))?;
    let mut carried = 0;
    let outcome = each_row(damaged, &query, |row| match insert.execute(params_from_iter(&row)) {
        Ok(rows) => {
            carried += rows;
            Ok(())
        }
        // The row is not what the schema wants; a disk that fails is another matter.
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
        {
            Ok(())
        }
        Err(error) => Err(error),
    });
    match outcome {
        Ok(()) => Ok((carried, None)),
        Err(Stopped::Reading(error)) => Ok((carried, Some(error))),
        Err(Stopped::Writing(error)) => Err(error.into()),
    }
}

enum Stopped {
    Reading(rusqlite::Error),
    Writing(rusqlite::Error),
}

fn each_row(
    connection: &Connection,
    query: &str,
    mut each: impl FnMut(Vec<Value>) -> rusqlite::Result<()>,
) -> Result<(), Stopped> {
    let mut statement = connection.prepare(query).map_err(Stopped::Reading)?;
    let columns = statement.column_count();
    let mut rows = statement.query([]).map_err(Stopped::Reading)?;
    while let Some(row) = rows.next().map_err(Stopped::Reading)? {
        let values: rusqlite::Result<Vec<_>> = (0..columns).map(|column| row.get(column)).collect();
        each(values.map_err(Stopped::Reading)?).map_err(Stopped::Writing)?;
    }
    Ok(())
}
