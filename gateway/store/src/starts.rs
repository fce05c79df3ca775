//! How often the gateway was started, and the last time of day that it trusted.

use rusqlite::{Connection, OptionalExtension};

/// Starts so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Starts {
    pub(crate) boots: u32,
    pub(crate) last_known: Option<u64>,
}

impl Starts {
    /// With one more start; `counted` is the number of this one, if it has one already.
    pub(crate) fn next(self, counted: Option<u32>) -> Self {
        let boots = counted.map_or_else(|| self.boots.saturating_add(1), |boot| boot.max(self.boots));
        Self { boots, ..self }
    }
}

/// The starts in the database.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Starts> {
    let starts = connection
        .query_row("SELECT boots, unix_seconds FROM starts", [], |row| {
            Ok(Starts { boots: row.get(0)?, last_known: row.get(1)? })
        })
        .optional()?;
    Ok(starts.unwrap_or_default())
}

/// Writes how many there were.
pub(crate) fn count(connection: &Connection, boots: u32) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO starts (id, boots) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET boots = max(boots, excluded.boots)",
            [boots],
        )
        .map(|_| ())
}

/// Writes the time of day.
pub(crate) fn remember_time(connection: &Connection, unix_seconds: u64) -> rusqlite::Result<()> {
    let stored = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    connection.prepare_cached("UPDATE starts SET unix_seconds = ?1")?.execute([stored]).map(|_| ())
}
