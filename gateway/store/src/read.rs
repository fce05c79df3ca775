//! Reads all there is, at a cold start. A row that cannot be read is a problem to report, not a reason to stop.

use core::net::IpAddr;

use pumice_model::change::{Counter, DurableState, LearnedCell};
use pumice_model::identity::{EnbId, GlobalEnbId, Plmn};
use pumice_model::ue::CapabilityHash;
use rusqlite::{Connection, Row};

use crate::record::{SUBSCRIBERS, UES, open_subscriber, open_ue};
use crate::write::counter_name;
use crate::{Problem, Sealer, StoreError};

/// Reads all tables. A table that SQLite itself cannot read to its end is an error.
pub(crate) fn all(
    connection: &Connection,
    sealer: &dyn Sealer,
    problems: &mut Vec<Problem>,
) -> rusqlite::Result<DurableState> {
    let mut state = DurableState::default();
    for read in TABLES {
        read(connection, sealer, &mut state, problems)?;
    }
    Ok(state)
}

/// Reads what is legible of a database that fails.
pub(crate) fn legible(
    connection: &Connection,
    sealer: &dyn Sealer,
    problems: &mut Vec<Problem>,
) -> DurableState {
    let mut state = DurableState::default();
    for (read, table) in TABLES.iter().zip(NAMES) {
        if let Err(error) = read(connection, sealer, &mut state, problems) {
            problems.push(Problem::TableUnreadable { table, why: error.into() });
        }
    }
    state
}

type Read = fn(&Connection, &dyn Sealer, &mut DurableState, &mut Vec<Problem>) -> rusqlite::Result<()>;
const TABLES: [Read; 5] = [ceilings, subscribers, ues, radio_capabilities, learned_cells];
const NAMES: [&str; 5] = ["ceilings", SUBSCRIBERS, UES, "radio_capabilities", "learned_cells"];

fn ceilings(
    connection: &Connection,
    _: &dyn Sealer,
    state: &mut DurableState,
    problems: &mut Vec<Problem>,
) -> rusqlite::Result<()> {
    rows(connection, "SELECT counter, ceiling FROM ceilings", |row| {
        let (counter, ceiling): (String, u64) = (row.get(0)?, row.get(1)?);
        if counter == counter_name(Counter::Seq) {
            state.seq_ceiling = ceiling;
        } else if counter == counter_name(Counter::MTmsi) {
            state.m_tmsi_ceiling = ceiling;
        } else {
            problems.push(Problem::Unreadable {
                table: "ceilings",
                key: counter,
                why: StoreError::Malformed,
            });
        }
        Ok(())
    })
}

fn subscribers(
    connection: &Connection,
    sealer: &dyn Sealer,
    state: &mut DurableState,
    problems: &mut Vec<Problem>,
) -> rusqlite::Result<()> {
    rows(connection, "SELECT imsi, record FROM subscribers ORDER BY imsi", |row| {
        let imsi: String = row.get(0)?;
        match open_subscriber(sealer, &imsi, row.get_ref(1)?.as_blob()?) {
            Ok(subscriber) => state.subscribers.push(subscriber),
            Err(why) => problems.push(Problem::Unreadable { table: SUBSCRIBERS, key: imsi, why }),
        }
        Ok(())
    })
}

fn ues(
    connection: &Connection,
    sealer: &dyn Sealer,
    state: &mut DurableState,
    problems: &mut Vec<Problem>,
) -> rusqlite::Result<()> {
    rows(connection, "SELECT imsi, record FROM ues ORDER BY imsi", |row| {
        let imsi: String = row.get(0)?;
        match open_ue(sealer, &imsi, row.get_ref(1)?.as_blob()?) {
            Ok(ue) => state.ues.push(ue),
            Err(why) => problems.push(Problem::Unreadable { table: UES, key: imsi, why }),
        }
        Ok(())
    })
}

fn radio_capabilities(
    connection: &Connection,
    _: &dyn Sealer,
    state: &mut DurableState,
    _: &mut Vec<Problem>,
) -> rusqlite::Result<()> {
    rows(connection, "SELECT hash, octets FROM radio_capabilities ORDER BY hash", |row| {
        state.radio_capabilities.push((CapabilityHash(row.get(0)?), row.get(1)?));
        Ok(())
    })
}

fn learned_cells(
    connection: &Connection,
    _: &dyn Sealer,
    state: &mut DurableState,
    problems: &mut Vec<Problem>,
) -> rusqlite::Result<()> {
    let query = "SELECT plmn, kind, number, address FROM learned_cells ORDER BY plmn, kind, number";
    rows(connection, query, |row| {
        let (plmn, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let (number, address): (i64, String) = (row.get(2)?, row.get(3)?);
        match learned_cell(&plmn, &kind, number, &address) {
            Some(cell) => state.learned_cells.push(cell),
            None => problems.push(Problem::Unreadable {
                table: "learned_cells",
                key: format!("{plmn} {kind} {number}"),
                why: StoreError::Malformed,
            }),
        }
        Ok(())
    })
}

fn learned_cell(plmn: &str, kind: &str, number: i64, address: &str) -> Option<LearnedCell> {
    let number = u32::try_from(number).ok()?;
    let id = match kind {
        "macro" => EnbId::Macro(number),
        "home" => EnbId::Home(number),
        "short-macro" => EnbId::ShortMacro(number),
        "long-macro" => EnbId::LongMacro(number),
        _ => return None,
    };
    let address: IpAddr = address.parse().ok()?;
    Some(LearnedCell { enb: GlobalEnbId { plmn: Plmn::parse(plmn).ok()?, id }, address })
}

fn rows(
    connection: &Connection,
    query: &str,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}
