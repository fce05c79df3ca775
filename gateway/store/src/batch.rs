//! SIMs that a vendor delivered and nobody has sold yet, to be found by the number on the card.

use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use pumice_model::keeper::BATCH;
use pumice_model::machine::BatchSim;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, record};

const TABLE: &str = "sim_batch";

impl Store {
    /// Takes SIMs, all or none; gives how many are new. One that is there already is replaced. [`Refusal::Full`] beyond
    /// [`BATCH`], [`Refusal::Wrong`] where an ICCID is none.
    pub fn add_batch(&mut self, sims: &[BatchSim]) -> Result<u32, Refusal> {
        let full = || Refusal::Full { limit: "batch_sims", holds: BATCH };
        if u32::try_from(sims.len()).map_or(true, |count| count > BATCH) {
            return Err(full());
        }
        let wrong = |sim: &&BatchSim| !is_iccid(&sim.iccid);
        if let Some(sim) = sims.iter().find(wrong) {
            let shown = sim.iccid.chars().take(24).collect();
            return Err(Refusal::Wrong {
                mistakes: vec![(shown, "an ICCID has 18 to 20 digits".to_owned())],
            });
        }
        self.change(Durability::Full, |connection, sealer| {
            let before = count(connection)?;
            let mut insert = connection
                .prepare_cached("INSERT OR REPLACE INTO sim_batch (iccid, record) VALUES (?1, ?2)")?;
            for sim in sims {
                let sealed = record::seal(sealer, TABLE, &sim.iccid, &sim.subscriber)?;
                insert.execute(params![sim.iccid, sealed])?;
            }
            let after = count(connection)?;
            if after > BATCH { Err(full().into()) } else { Ok(after - before) }
        })
    }

    /// SIMs that wait.
    pub fn batch_size(&mut self) -> Result<u32, Refusal> {
        self.look(|connection, _| Ok(count(connection)?))
    }

    /// The SIM with this ICCID.
    pub fn find_in_batch(&mut self, iccid: &str) -> Result<BatchSim, Refusal> {
        self.look(|connection, sealer| {
            let sealed: Option<Vec<u8>> = connection
                .query_row("SELECT record FROM sim_batch WHERE iccid = ?1", [iccid], |row| row.get(0))
                .optional()?;
            let sealed = sealed.ok_or(Refusal::NotFound)?;
            Ok(BatchSim { iccid: iccid.to_owned(), subscriber: record::open(sealer, TABLE, iccid, &sealed)? })
        })
    }

    /// Forgets a SIM.
    pub fn remove_from_batch(&mut self, iccid: &str) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, _| {
            match connection.execute("DELETE FROM sim_batch WHERE iccid = ?1", [iccid])? {
                0 => Err(Refusal::NotFound.into()),
                _ => Ok(()),
            }
        })
    }
}

/// ITU-T E.118: at most 19 digits and a check digit; some cards print fewer.
fn is_iccid(text: &str) -> bool {
    (18..=20).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn count(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("SELECT count(*) FROM sim_batch", [], |row| row.get(0))
}
