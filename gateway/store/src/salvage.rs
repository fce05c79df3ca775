//! A damaged database. The gateway must start, and what was accepted must not be lost: so the damaged file is kept under
//! another name, and whatever of it can be read is carried into a new one. Rows may be missing or old, and ceilings with
//! them: it is treated like a restored backup.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use crate::database::open_to_read;
use crate::{Problem, StoreError, files, identity, restore, schema};

/// What is carried over: phones and their radio capabilities come back from the air.
const TABLES: [Table; 4] = [
    Table {
        name: "box",
        columns: "id, serial, mme_group, mme_code, tac, first_teid, first_ind, m_tmsi_seed",
        key: 1,
    },
    Table { name: "ceilings", columns: "counter, ceiling", key: 1 },
    Table { name: "subscribers", columns: "imsi, name, state, record", key: 1 },
    Table { name: "learned_cells", columns: "plmn, kind, number, address", key: 3 },
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
        for row in legible_rows(damaged, table) {
            let places = vec!["?"; row.len()].join(", ");
            let insert =
                format!("INSERT OR IGNORE INTO {} ({}) VALUES ({places})", table.name, table.columns);
            match new.execute(&insert, params_from_iter(&row)) {
                Ok(rows) => carried += rows,
                // The row is not what the schema wants; a disk that fails is another matter.
                Err(rusqlite::Error::SqliteFailure(failure, _))
                    if failure.code == rusqlite::ErrorCode::ConstraintViolation => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(carried)
}

/// Reads from both ends up to the damage.
fn legible_rows(damaged: &Connection, table: &Table) -> Vec<Vec<Value>> {
    let mut found = BTreeMap::new();
    for direction in ["ASC", "DESC"] {
        if let Err(error) = read_until_damage(damaged, table, direction, &mut found) {
            tracing::warn!(table = table.name, %error, "rows could not be read");
        }
    }
    found.into_values().collect()
}

fn read_until_damage(
    damaged: &Connection,
    table: &Table,
    direction: &str,
    found: &mut BTreeMap<String, Vec<Value>>,
) -> rusqlite::Result<()> {
    let key: Vec<_> = (1..=table.key).map(|column| format!("{column} {direction}")).collect();
    let mut statement = damaged.prepare(&format!(
        "SELECT {} FROM {} ORDER BY {}",
        table.columns,
        table.name,
        key.join(", ")
    ))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<Value>>>()?;
        found.insert(format!("{:?}", values.get(..table.key)), values);
    }
    Ok(())
}
