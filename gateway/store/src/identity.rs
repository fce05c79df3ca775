//! What tells this box from its neighbours: drawn once, kept for ever.

#[cfg(test)]
mod tests;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::identity::{MmeCode, MmeGroupId, Tac};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::StoreError;

/// The identity in the database, if it has one.
pub(crate) fn read(connection: &Connection) -> Result<Option<BoxIdentity>, rusqlite::Error> {
    let columns = "serial, mme_group, mme_code, tac, first_teid, first_ind, m_tmsi_seed";
    connection.query_row(&format!("SELECT {columns} FROM box"), [], from_row).optional()
}

fn from_row(row: &Row<'_>) -> Result<BoxIdentity, rusqlite::Error> {
    let serial: String = row.get(0)?;
    let serial = u128::from_str_radix(&serial, 16).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let seed: [u8; 8] = row.get(6)?;
    Ok(BoxIdentity {
        serial: serial.to_be_bytes(),
        mme_group: MmeGroupId(row.get(1)?),
        mme_code: MmeCode(row.get(2)?),
        tac: Tac(row.get(3)?),
        first_teid: row.get(4)?,
        first_ind: row.get(5)?,
        m_tmsi_seed: u64::from_be_bytes(seed),
    })
}

/// Puts an identity into a database that has none.
pub(crate) fn insert(connection: &Connection, identity: &BoxIdentity) -> Result<(), rusqlite::Error> {
    let serial = format!("{:032x}", u128::from_be_bytes(identity.serial));
    connection
        .execute(
            "INSERT INTO box (id, serial, mme_group, mme_code, tac, first_teid, first_ind, m_tmsi_seed)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                serial,
                identity.mme_group.0,
                identity.mme_code.0,
                identity.tac.0,
                identity.first_teid,
                identity.first_ind,
                identity.m_tmsi_seed.to_be_bytes(),
            ),
        )
        .map(|_| ())
}

/// Draws an identity from the randomness of the operating system.
pub(crate) fn draw() -> Result<BoxIdentity, StoreError> {
    let [first, second, third] = [random()?, random()?, random()?];
    let (low, high) = ((first & 0xffff_ffff), (first >> 32));
    let sixteen = |bits: u64| u16::try_from(bits & 0xffff).unwrap_or_default();
    let eight = |bits: u64| u8::try_from(bits & 0xff).unwrap_or_default();
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(no_randomness)?;
    Ok(BoxIdentity {
        serial,
        mme_group: mme_group(sixteen(low)),
        mme_code: MmeCode(eight(low >> 16)),
        tac: tac(sixteen(high)),
        first_teid: first_teid(second),
        first_ind: eight(low >> 24) & 0x1c,
        m_tmsi_seed: third,
    })
}

/// The top bit is what tells an MME group from a LAC where GUTIs are mapped to older identities (TS 23.003 2.8.2): set.
/// 0xFFFE and 0xFFFF, which mean "none" as a LAC, are left out.
fn mme_group(bits: u16) -> MmeGroupId {
    MmeGroupId((bits | 0x8000).min(0xfffd))
}

/// 0x0000 and 0xFFFE mean "none" (TS 23.003 19.4.2.3).
fn tac(bits: u16) -> Tac {
    Tac(bits.clamp(0x0001, 0xfffd))
}

/// Neither among the small numbers with which other cores begin, nor so high that counting up soon wraps.
fn first_teid(bits: u64) -> u32 {
    const LOWEST: u64 = 0x1000_0000;
    const HIGHEST: u64 = 0xefff_ffff;
    u32::try_from(LOWEST + bits % (HIGHEST - LOWEST + 1)).unwrap_or(u32::MAX / 2)
}

fn random() -> Result<u64, StoreError> {
    getrandom::u64().map_err(no_randomness)
}

fn no_randomness(error: getrandom::Error) -> StoreError {
    StoreError::Io { what: error.to_string() }
}
