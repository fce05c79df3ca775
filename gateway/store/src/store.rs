//! The store: opened once at start, then given changes.

use core::fmt;
use std::path::{Path, PathBuf};

use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::{Change, Durability, DurableState};
use pumice_model::control::Refusal;
use rusqlite::Connection;

use crate::database::{Database, Settings, open_to_read};
use crate::row::coalesce;
use crate::starts::Starts;
use crate::statistics::{Meter, Statistics};
use crate::undone::Undone;
use crate::write::prepare;
use crate::{
    Options, Problem, Sealer, StoreError, backup, database, files, identity, read, restore, salvage, schema,
    starts,
};

/// What a gateway starts from.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// All that was kept.
    pub state: DurableState,
    /// What tells this box from its neighbours.
    pub identity: BoxIdentity,
    /// Which start of the gateway this is, from 1: for [`Stamp`](pumice_model::time::Stamp)s.
    pub boot: u32,
    /// The last time of day that was trusted, seconds since 1970: [`Store::remember_time`].
    pub last_known: Option<u64>,
    /// What was found wrong, and did not stop the start. For the log and the list of events.
    pub problems: Vec<Problem>,
}

/// The durable state of one gateway. One owner, one thread; see [`crate::StoreThread`].
pub struct Store {
    path: PathBuf,
    settings: Settings,
    sealer: Box<dyn Sealer>,
    identity: BoxIdentity,
    boot: u32,
    /// Whether the database knows of this start.
    counted: bool,
    /// Absent while the disk takes nothing; each commit tries anew.
    database: Option<Database>,
    meter: Meter,
}

impl Store {
    /// Opens the database at `path`, or makes it, and reads all of it.
    ///
    /// A disk that is full, read-only or failing does not stop the start, and neither does a damaged database or record:
    /// these are [`Problem`]s. What does: there is no directory for it, another process has the database, a newer program
    /// wrote it, this user may not read it.
    pub fn open(path: &Path, options: Options) -> Result<Opened, StoreError> {
        let Options { sealer, database_octets, log_octets, sync_delay, vfs } = options;
        let settings = Settings { database_octets, log_octets, sync_delay, vfs };
        let mut meter = Meter::default();
        let mut problems = Vec::new();
        let attempt = start(path, &settings, &*sealer, None, &mut meter, &mut problems);
        let attempt = match attempt {
            Err(StoreError::Damaged { what }) => salvage::rebuild(path, StoreError::Damaged { what })
                .and_then(|problem| {
                    problems.clear();
                    problems.push(problem);
                    start(path, &settings, &*sealer, None, &mut meter, &mut problems)
                }),
            Err(newer @ StoreError::Newer { .. }) => return_from(path, newer).and_then(|problem| {
                problems.clear();
                problems.push(problem);
                start(path, &settings, &*sealer, None, &mut meter, &mut problems)
            }),
            other => other,
        };
        let (database, Found { state, identity, starts, counted }) = match attempt {
            Ok((database, found)) => (Some(database), found),
            Err(why)
                if why.is_of_the_surroundings() && why != StoreError::Busy && files::has_directory(path) =>
            {
                // What was found before will be found again.
                problems.clear();
                problems.push(Problem::NotWritable { why });
                (None, read_only(path, &*sealer, &mut problems)?)
            }
            Err(error) => return Err(error),
        };
        for problem in &problems {
            tracing::warn!("{problem}");
        }
        let Starts { boots: boot, last_known } = starts;
        let path = path.to_path_buf();
        let store = Self { path, settings, sealer, identity, boot, counted, database, meter };
        Ok(Opened { store, state, identity, boot, last_known, problems })
    }

    /// Makes the changes durable: all of them or none, each as durable as the most demanding of them needs. Of several
    /// changes of one thing the last one counts; ceilings never go down.
    pub fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.commit_all(changes)
    }

    /// [`Self::commit`] of changes that lie in several places.
    pub(crate) fn commit_all<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a Change> + Clone,
    ) -> Result<(), StoreError> {
        let Some(durability) = changes.clone().into_iter().map(Change::durability).max() else {
            return Ok(());
        };
        let mut rows = Vec::new();
        for (key, change) in coalesce(changes) {
            rows.push(prepare(&*self.sealer, key, change)?);
        }
        let (database, meter, _) = self.database()?;
        database.commit(&rows, durability, meter)
    }

    /// Moves what the log holds into the database. To be called when there is nothing else to do: it syncs twice.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        let (database, meter, _) = self.database()?;
        database.checkpoint(meter)
    }

    /// Writes a copy of the whole state to `target`. When the copy is put to use, ceilings jump ahead
    /// ([`restore::SEQ_JUMP`], [`restore::M_TMSI_JUMP`]) and phones attach anew. Its records open with this box's key only.
    pub fn backup_to(&mut self, target: &Path) -> Result<(), StoreError> {
        let (database, ..) = self.database()?;
        backup::write(database.connection(), target)
    }

    /// Keeps the time of day, seconds since 1970, while it is trusted: what a start without a clock begins with.
    pub fn remember_time(&mut self, unix_seconds: u64) -> Result<(), Refusal> {
        self.change(Durability::Normal, |connection, _| Ok(starts::remember_time(connection, unix_seconds)?))
    }

    /// Runs `work` in a transaction; when it returns, it is as durable as was asked.
    pub(crate) fn change<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&Connection, &dyn Sealer) -> Result<T, Undone<Refusal>>,
    ) -> Result<T, Refusal> {
        let (boot, counted) = (self.boot, self.counted);
        let (database, meter, sealer) = self.database()?;
        let done = database.attempt(durability, meter, |connection| {
            // Nothing is stamped with a start that the database does not know of.
            if !counted {
                starts::count(connection, boot)?;
            }
            work(connection, sealer)
        })?;
        self.counted |= done.is_ok();
        done
    }

    /// Reads; from the file as it is, if the disk takes nothing.
    pub(crate) fn look<T>(
        &mut self,
        work: impl FnOnce(&Connection, &dyn Sealer) -> Result<T, Undone<Refusal>>,
    ) -> Result<T, Refusal> {
        let outcome = match self.database() {
            Ok((database, _, sealer)) => work(database.connection(), sealer),
            Err(why) => match open_to_read(&self.path).and_then(schema::in_newest) {
                Ok(connection) => work(&connection, &*self.sealer),
                Err(_) => return Err(why.into()),
            },
        };
        outcome.map_err(Refusal::from)
    }

    /// What seals.
    pub(crate) fn sealer(&self) -> &dyn Sealer {
        &*self.sealer
    }

    /// Where the database is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        Statistics { log_octets: self.log_octets(), ..self.meter.0.clone() }
    }

    /// Octets in the log: what a checkpoint would move.
    pub(crate) fn log_octets(&self) -> u64 {
        self.database.as_ref().map_or(0, Database::log_octets)
    }

    /// Writes something that changes nothing, to see whether the disk takes it.
    pub(crate) fn probe(&mut self) -> Result<(), StoreError> {
        let (database, meter, _) = self.database()?;
        database.transact(Durability::Full, meter, |connection| {
            connection.execute("UPDATE box SET serial = serial", []).map(|_| ())
        })
    }

    /// The database, opened if it could not be before.
    fn database(&mut self) -> Result<(&mut Database, &mut Meter, &dyn Sealer), StoreError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => {
                let mut problems = Vec::new();
                let known = Some((&self.identity, self.boot));
                let outcome =
                    start(&self.path, &self.settings, &*self.sealer, known, &mut self.meter, &mut problems);
                for problem in problems {
                    tracing::warn!("{problem}");
                }
                outcome?.0
            }
        };
        Ok((self.database.insert(database), &mut self.meter, &*self.sealer))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Closing does it too, but says nothing if it fails.
        if let Some(database) = &mut self.database
            && let Err(error) = database.checkpoint(&mut self.meter)
        {
            tracing::warn!(%error, "the log stays; the next start plays it back");
        }
    }
}

/// What was found in a database.
struct Found {
    state: DurableState,
    identity: BoxIdentity,
    /// With this start.
    starts: Starts,
    counted: bool,
}

/// Opens the database and reads it. A box without an identity gets the one that is known already, or draws one; a start
/// that was counted already is not counted again.
fn start(
    path: &Path,
    settings: &Settings,
    sealer: &dyn Sealer,
    known: Option<(&BoxIdentity, u32)>,
    meter: &mut Meter,
    problems: &mut Vec<Problem>,
) -> Result<(Database, Found), StoreError> {
    files::finish_set_aside(path)?;
    let mut database = Database::open(path, settings)?;
    schema::look_for_tables(database.connection()).map_err(unreadable)?;
    let identity = match (identity::read(database.connection()).map_err(unreadable)?, known) {
        (Some(kept), _) => kept,
        (None, known) => {
            let new = known.map_or_else(identity::draw, |(given, _)| Ok(*given))?;
            database.transact(Durability::Full, meter, |connection| identity::insert(connection, &new))?;
            new
        }
    };
    let starts = starts::read(database.connection()).map_err(unreadable)?.next(known.map(|(_, boot)| boot));
    // If a power cut takes it, it takes all that was stamped with it. A full disk does not stop a start: see `change`.
    let counting =
        database.transact(Durability::Normal, meter, |connection| starts::count(connection, starts.boots));
    if restore::is_stamped(database.connection()).map_err(unreadable)? {
        let phones = count_phones(database.connection()).map_err(unreadable)?;
        database.transact(Durability::Full, meter, restore::jump_in)?;
        problems.push(Problem::Restored { phones });
    }
    let state = read::all(database.connection(), sealer, problems).map_err(unreadable)?;
    Ok((database, Found { state, identity, starts, counted: counting.is_ok() }))
}

/// Goes back to the copy from before a newer program, if there is one that this program knows.
fn return_from(path: &Path, newer: StoreError) -> Result<Problem, StoreError> {
    let copy = files::before_update(path);
    let usable = open_to_read(&copy).and_then(|copy| {
        database::check(&copy)?;
        schema::check_version(&copy)
    });
    if usable.is_err() {
        return Err(newer);
    }
    Ok(Problem::Returned { file: files::return_to_before_update(path)? })
}

/// A table or a column that is missing is damage, too.
fn unreadable(error: rusqlite::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Refused { what, .. } => StoreError::Damaged { what },
        other => other,
    }
}

fn count_phones(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("SELECT count(*) FROM ues", [], |row| row.get(0))
}

/// What can be had from a disk that takes nothing.
fn read_only(path: &Path, sealer: &dyn Sealer, problems: &mut Vec<Problem>) -> Result<Found, StoreError> {
    let nothing = || {
        let starts = Starts::default().next(None);
        Ok(Found { state: DurableState::default(), identity: identity::draw()?, starts, counted: false })
    };
    match std::fs::File::open(path) {
        Ok(_) => {}
        // The first start of a box whose disk is full: it serves nobody yet, but can be talked to.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return nothing();
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Err(StoreError::Io { what: format!("{}: {error}", path.display()) });
        }
        Err(error) => tracing::warn!(%error, "the database cannot be read"),
    }
    let (mut state, identity, starts, sound) = match open_to_read(path) {
        // There was no room for the first tables.
        Ok(connection) if schema::is_absent(&connection) => {
            return nothing();
        }
        Ok(connection) => {
            let state = read::legible(&connection, sealer, problems);
            let sound = database::check(&connection).is_ok()
                && restore::is_stamped(&connection).is_ok_and(|stamped| !stamped);
            // A database of an older program has no such table yet.
            let starts = starts::read(&connection).unwrap_or_default();
            (state, identity::read(&connection).ok().flatten(), starts, sound)
        }
        Err(error) => {
            problems.push(Problem::TableUnreadable { table: "all", why: error });
            (DurableState::default(), None, Starts::default(), false)
        }
    };
    if !sound {
        let phones = restore::jump(&mut state);
        problems.push(Problem::Restored { phones });
    }
    let identity = identity.map_or_else(identity::draw, Ok)?;
    Ok(Found { state, identity, starts: starts.next(None), counted: false })
}
