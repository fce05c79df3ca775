//! Backups carry a stamp. Numbers were drawn after a backup was made, and it knows nothing of them: when it is put to use,
//! ceilings jump ahead of all that may have been drawn since, and phones, whose NAS COUNTs went on too, are forgotten.
//! People sign in anew: the browsers that were signed in then may not be today.

use pumice_model::change::{Counter, DurableState};
use rusqlite::{Connection, OptionalExtension};

use crate::write::counter_name;

/// SEQ jumps by 2^24 a restore: more authentications than a full village makes in months, far below the 2^28 by which a
/// SIM lets SEQ jump (TS 33.102 C.2.1, C.3.2), and 2^19 times within its 43 bits. A SIM that is further ahead
/// nevertheless resynchronises.
pub const SEQ_JUMP: u64 = 1 << 24;
/// The index behind M-TMSIs jumps by 2^20 a restore.
pub const M_TMSI_JUMP: u64 = 1 << 20;

/// SEQ has 43 bits.
const SEQ_END: u64 = 1 << 43;
const STAMP: &str = "backup";

/// Stamps a copy; false if it is no database of ours.
pub(crate) fn stamp(connection: &Connection) -> rusqlite::Result<bool> {
    connection.execute("UPDATE box SET stamp = ?1", [STAMP]).map(|rows| rows == 1)
}

/// Whether this is a backup that was not put to use yet.
pub(crate) fn is_stamped(connection: &Connection) -> rusqlite::Result<bool> {
    let stamp = connection
        .query_row("SELECT stamp FROM box", [], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    Ok(stamp.flatten().is_some())
}

/// Jumps ahead and clears the stamp. The caller has a transaction open that is on the disk before anything is drawn.
pub(crate) fn jump_in(connection: &Connection) -> rusqlite::Result<()> {
    let mut raise = connection.prepare(
        "INSERT INTO ceilings (counter, ceiling) VALUES (?1, min(?2, ?3))
         ON CONFLICT (counter) DO UPDATE SET ceiling = max(ceiling, min(ceiling + ?2, ?3))",
    )?;
    raise.execute((counter_name(Counter::Seq), SEQ_JUMP, SEQ_END))?;
    raise.execute((counter_name(Counter::MTmsi), M_TMSI_JUMP, i64::MAX / 2))?;
    connection.execute_batch(
        "DELETE FROM ues; DELETE FROM radio_capabilities; DELETE FROM sessions; UPDATE box SET stamp = NULL;",
    )
}

/// The same in memory, for a disk that takes nothing. Gives the number of phones forgotten.
pub(crate) fn jump(state: &mut DurableState) -> usize {
    let phones = state.ues.len();
    state.seq_ceiling = state.seq_ceiling.max(state.seq_ceiling.saturating_add(SEQ_JUMP).min(SEQ_END));
    state.m_tmsi_ceiling = state.m_tmsi_ceiling.saturating_add(M_TMSI_JUMP);
    state.ues.clear();
    state.radio_capabilities.clear();
    phones
}
