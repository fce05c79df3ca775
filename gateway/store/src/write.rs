//! Writes rows. Records are sealed before the transaction begins.

use pumice_model::change::{Counter, LearnedCell};
use pumice_model::identity::{EnbId, GlobalEnbId, Guti, Tai};
use pumice_model::subscriber::{Subscriber, SubscriberState};
use pumice_model::ue::UeRecord;
use rusqlite::{Connection, params};

use crate::record::{seal_subscriber, seal_ue};
use crate::row::{RowChange, RowKey};
use crate::{Sealer, StoreError};

/// A row's change with its record sealed.
#[derive(Debug)]
pub(crate) enum Prepared<'a> {
    Remove(RowKey),
    Raise(Counter, i64),
    PutSubscriber(&'a Subscriber, Vec<u8>),
    PutUe(&'a UeRecord, Vec<u8>),
    PutRadioCapability([u8; 16], &'a [u8]),
    PutCell(&'a LearnedCell),
}

/// Seals what is to be written.
pub(crate) fn prepare<'a>(
    sealer: &dyn Sealer,
    key: RowKey,
    change: RowChange<'a>,
) -> Result<Prepared<'a>, StoreError> {
    Ok(match (key, change) {
        (RowKey::Ceiling(counter), RowChange::Raise(ceiling)) => {
            let stored = i64::try_from(ceiling).map_err(|_| StoreError::CeilingTooLarge(ceiling))?;
            Prepared::Raise(counter, stored)
        }
        (RowKey::RadioCapability(hash), RowChange::PutRadioCapability(octets)) => {
            Prepared::PutRadioCapability(hash.0, octets)
        }
        (_, RowChange::PutSubscriber(subscriber)) => {
            Prepared::PutSubscriber(subscriber, seal_subscriber(sealer, subscriber)?)
        }
        (_, RowChange::PutUe(ue)) => Prepared::PutUe(ue, seal_ue(sealer, ue)?),
        (_, RowChange::PutCell(cell)) => Prepared::PutCell(cell),
        (_, RowChange::Remove | RowChange::Raise(_) | RowChange::PutRadioCapability(_)) => {
            Prepared::Remove(key)
        }
    })
}

/// Writes one row; the caller has a transaction open.
pub(crate) fn apply(connection: &Connection, row: &Prepared<'_>) -> rusqlite::Result<usize> {
    match row {
        Prepared::Remove(key) => remove(connection, *key),
        Prepared::Raise(counter, ceiling) => connection
            .prepare_cached(
                "INSERT INTO ceilings (counter, ceiling) VALUES (?1, ?2)
                 ON CONFLICT (counter) DO UPDATE SET ceiling = max(ceiling, excluded.ceiling)",
            )?
            .execute(params![counter_name(*counter), ceiling]),
        Prepared::PutSubscriber(subscriber, record) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO subscribers (imsi, name, state, record) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                subscriber.imsi.digits().as_str(),
                subscriber.name.as_str(),
                state_name(subscriber.state),
                record
            ]),
        Prepared::PutUe(ue, record) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO ues (imsi, imeisv, guti, tai, addresses, record)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                ue.imsi.digits().as_str(),
                ue.imeisv.map(|imeisv| imeisv.to_string()),
                guti_text(ue.guti),
                tai_text(ue.tai),
                addresses_text(ue),
                record
            ]),
        Prepared::PutRadioCapability(hash, octets) => connection
            .prepare_cached("INSERT OR REPLACE INTO radio_capabilities (hash, octets) VALUES (?1, ?2)")?
            .execute(params![hash, octets]),
        Prepared::PutCell(cell) => {
            let (plmn, kind, number) = cell_key(cell.enb);
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO learned_cells (plmn, kind, number, address) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![plmn, kind, number, cell.address.to_string()])
        }
    }
}

fn remove(connection: &Connection, key: RowKey) -> rusqlite::Result<usize> {
    match key {
        // A ceiling is never taken away.
        RowKey::Ceiling(_) => Ok(0),
        RowKey::Subscriber(imsi) => connection
            .prepare_cached("DELETE FROM subscribers WHERE imsi = ?1")?
            .execute([imsi.digits().as_str()]),
        RowKey::Ue(imsi) => {
            connection.prepare_cached("DELETE FROM ues WHERE imsi = ?1")?.execute([imsi.digits().as_str()])
        }
        RowKey::RadioCapability(hash) => {
            connection.prepare_cached("DELETE FROM radio_capabilities WHERE hash = ?1")?.execute([hash.0])
        }
        RowKey::Cell(enb) => {
            let (plmn, kind, number) = cell_key(enb);
            connection
                .prepare_cached("DELETE FROM learned_cells WHERE plmn = ?1 AND kind = ?2 AND number = ?3")?
                .execute(params![plmn, kind, number])
        }
    }
}

/// The name of a counter in its table.
pub(crate) const fn counter_name(counter: Counter) -> &'static str {
    match counter {
        Counter::Seq => "seq",
        Counter::MTmsi => "m-tmsi",
    }
}

const fn state_name(state: SubscriberState) -> &'static str {
    match state {
        SubscriberState::Active => "active",
        SubscriberState::Barred => "barred",
    }
}

fn cell_key(enb: GlobalEnbId) -> (String, &'static str, u32) {
    let kind = match enb.id {
        EnbId::Macro(_) => "macro",
        EnbId::Home(_) => "home",
        EnbId::ShortMacro(_) => "short-macro",
        EnbId::LongMacro(_) => "long-macro",
    };
    (enb.plmn.to_string(), kind, enb.id.number())
}

fn guti_text(guti: Guti) -> String {
    let gummei = guti.gummei;
    format!("{}-{:04x}-{:02x}-{:08x}", gummei.plmn, gummei.group.0, gummei.code.0, guti.m_tmsi.0)
}

fn tai_text(tai: Tai) -> String {
    format!("{}-{:04x}", tai.plmn, tai.tac.0)
}

fn addresses_text(ue: &UeRecord) -> String {
    ue.bearers.iter().map(|bearer| bearer.address.to_string()).collect::<Vec<_>>().join(" ")
}
