use pumice_model::archive::Span;
use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use rusqlite::params;

use crate::Store;

/// The curves of a span, as they stand on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRing {
    /// Which span.
    pub span: Span,
    /// What only [`Archive::resume`](super::Archive::resume) reads.
    pub octets: Vec<u8>,
}

impl Store {
    /// Writes curves, each over the one before.
    pub fn keep_history(&mut self, rings: &[SavedRing]) -> Result<(), Refusal> {
        if rings.is_empty() {
            return Ok(());
        }
        self.change(Durability::Normal, |connection, _| {
            for ring in rings {
                connection
                    .prepare_cached(
                        "INSERT INTO history (step_seconds, record) VALUES (?1, ?2)
                         ON CONFLICT (step_seconds) DO UPDATE SET record = excluded.record",
                    )?
                    .execute(params![ring.span.step_seconds(), ring.octets])?;
            }
            Ok(())
        })
    }

    /// The curves that were written last.
    pub fn history(&mut self) -> Result<Vec<SavedRing>, Refusal> {
        self.look(|connection, _| {
            let mut statement = connection.prepare("SELECT step_seconds, record FROM history")?;
            let rows =
                statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
            let mut rings = Vec::new();
            for row in rows {
                let (step, octets) = row?;
                let span = Span::ALL.into_iter().find(|span| span.step_seconds() == step);
                rings.extend(span.map(|span| SavedRing { span, octets }));
            }
            Ok(rings)
        })
    }
}
