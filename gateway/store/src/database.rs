//! One connection that owns the database: how it is opened, and what a commit and a checkpoint are.
//!
//! The connection holds the database's lock until it is closed (`locking_mode = EXCLUSIVE`), so that no second process ever
//! draws numbers under the same ceilings, and no reader keeps a checkpoint from emptying the log. Look at a backup, or at
//! `file:pumice.db?immutable=1`, which shows the state of the last checkpoint.

use core::convert::Infallible;
use core::time::Duration;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::Instant;

use pumice_model::change::Durability;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::statistics::Meter;
use crate::undone::Undone;
use crate::write::{self, Prepared};
use crate::{StoreError, backup, files, handle, schema};

/// SQLite's page, in octets. Flash pages and file systems' blocks are no smaller.
pub(crate) const PAGE: u64 = 4_096;
/// A page in the log has a header.
const FRAME: u64 = PAGE + 24;

/// How a database is opened and used.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) database_octets: u64,
    pub(crate) log_octets: u64,
    pub(crate) sync_delay: Duration,
    pub(crate) vfs: Option<String>,
}

/// An open database.
#[derive(Debug)]
pub(crate) struct Database {
    connection: Connection,
    settings: Settings,
    synchronous: Durability,
    /// Octets in the log since a checkpoint last emptied it.
    log_octets: u64,
    /// After a sync that failed the log may have holes, and may hold a commit that was refused: nothing is added to it
    /// until a checkpoint has carried all that is valid over and cut it to nothing.
    log_distrusted: bool,
    /// Whether the log holds commits that no sync has followed.
    unsynced: bool,
}

impl Database {
    /// Opens the database, plays its log back, checks it and brings its schema up to date.
    pub(crate) fn open(path: &Path, settings: &Settings) -> Result<Self, StoreError> {
        files::prepare(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match &settings.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
            None => Connection::open_with_flags(path, flags),
        }?;
        let mut database = Self {
            connection,
            settings: settings.clone(),
            synchronous: Durability::Full,
            log_octets: 0,
            log_distrusted: false,
            unsynced: false,
        };
        match database.start() {
            Ok(()) => Ok(database),
            Err(error) => Err(database.classified(error)),
        }
    }

    fn start(&mut self) -> Result<(), Failure> {
        // At once: who has the database keeps it.
        self.connection.busy_timeout(Duration::ZERO)?;
        // Exclusive before anything is read, so that the index of the log is in memory and not in a file of its own.
        self.connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 0;
             PRAGMA cell_size_check = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -1024;",
        )?;
        let mode: String = self.connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(Failure::Store(StoreError::Refused {
                code: 0,
                what: format!("journal mode {mode}"),
            }));
        }
        self.connection.pragma_update(
            None,
            "max_page_count",
            (self.settings.database_octets / PAGE).max(1),
        )?;
        self.connection.pragma_update(None, "journal_size_limit", self.settings.log_octets)?;
        check(&self.connection)?;
        if schema::is_older(&self.connection)? {
            // For the program of before, should this one not prove itself.
            let path = Path::new(self.connection.path().unwrap_or_default());
            match backup::write(&self.connection, &files::before_update(path)) {
                // Nothing was ever kept in it.
                Ok(()) | Err(StoreError::Damaged { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        schema::migrate(&mut self.connection)?;
        let _ = handle::take_pages_written(&self.connection);
        // What the log held is now counted as in it; a checkpoint follows when there is time.
        self.log_octets =
            std::fs::metadata(files::log_of(Path::new(self.connection.path().unwrap_or_default())))
                .map_or(0, |log| log.len());
        Ok(())
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Octets in the log.
    pub(crate) const fn log_octets(&self) -> u64 {
        self.log_octets
    }

    /// Writes all rows or none. When it returns, [`Durability::Full`] is on the disk.
    pub(crate) fn commit(
        &mut self,
        rows: &[Prepared<'_>],
        durability: Durability,
        meter: &mut Meter,
    ) -> Result<(), StoreError> {
        self.transact(durability, meter, |connection| {
            for row in rows {
                write::apply(connection, row)?;
            }
            Ok(())
        })
    }

    /// Runs `work` in a transaction.
    pub(crate) fn transact<T>(
        &mut self,
        durability: Durability,
        meter: &mut Meter,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let done = self.attempt::<_, Infallible>(durability, meter, |connection| Ok(work(connection)?))?;
        match done {
            Ok(value) => Ok(value),
            Err(never) => match never {},
        }
    }

    /// Runs `work` in a transaction, which a rule may refuse: then nothing has happened, and the disk is not to blame.
    pub(crate) fn attempt<T, R>(
        &mut self,
        durability: Durability,
        meter: &mut Meter,
        work: impl FnOnce(&Connection) -> Result<T, Undone<R>>,
    ) -> Result<Result<T, R>, StoreError> {
        if self.log_distrusted || self.log_octets > self.settings.log_octets {
            self.checkpoint(meter)?;
        }
        let begun = Instant::now();
        let outcome = self.run(durability, work);
        let octets = handle::take_pages_written(&self.connection) * FRAME;
        self.log_octets += octets;
        meter.wrote_log(octets);
        match outcome {
            Ok(value) => {
                match durability {
                    Durability::Normal => self.unsynced = true,
                    // SQLite syncs nothing when nothing changed; what was committed before waits for this sync, too.
                    Durability::Full if octets == 0 && self.unsynced => self.checkpoint(meter)?,
                    Durability::Full => {
                        self.unsynced = false;
                        thread::sleep(self.settings.sync_delay);
                    }
                }
                meter.committed(durability, begun.elapsed());
                Ok(Ok(value))
            }
            Err(Undone::Refused(why)) => Ok(Err(why)),
            Err(Undone::Failed(error)) => {
                let error = self.classified(error.into());
                meter.failed();
                self.recover_log(&error, meter);
                Err(error)
            }
        }
    }

    fn run<T, R>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&Connection) -> Result<T, Undone<R>>,
    ) -> Result<T, Undone<R>> {
        self.set_synchronous(durability)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// A refused commit must not come back by itself. When a sync fails, all its frames stand in the log, and the next
    /// start would take them for committed.
    fn recover_log(&mut self, error: &StoreError, meter: &mut Meter) {
        if !error.is_of_the_surroundings() {
            return;
        }
        self.log_distrusted = true;
        if let Err(still) = self.checkpoint(meter) {
            tracing::debug!(%error, %still, "the log stays distrusted");
        }
    }

    /// Moves what is in the log into the database, and makes both durable.
    pub(crate) fn checkpoint(&mut self, meter: &mut Meter) -> Result<(), StoreError> {
        let begun = Instant::now();
        let mode = if self.log_distrusted { "TRUNCATE" } else { "PASSIVE" };
        let outcome = self.set_synchronous(Durability::Full).and_then(|()| {
            self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            })
        });
        match outcome {
            Ok((false, frames, moved)) if frames == moved => {
                thread::sleep(self.settings.sync_delay);
                meter.checkpointed(u64::try_from(moved).unwrap_or_default() * PAGE, begun.elapsed());
                self.log_octets = 0;
                self.log_distrusted = false;
                self.unsynced = false;
                Ok(())
            }
            Ok(_) => Err(StoreError::Busy),
            Err(error) => Err(self.classified(error.into())),
        }
    }

    fn set_synchronous(&mut self, durability: Durability) -> rusqlite::Result<()> {
        if self.synchronous != durability {
            let word = match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            };
            self.connection.pragma_update(None, "synchronous", word)?;
            self.synchronous = durability;
        }
        Ok(())
    }

    fn classified(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Sqlite(error) => StoreError::from_sqlite(&error, handle::system_error(&self.connection)),
            Failure::Store(error) => error,
        }
    }
}

/// Opens a database only to read it, on a disk that may be read-only: with its log if it has one.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let has_log = std::fs::metadata(files::log_of(path)).is_ok_and(|log| log.len() > 0);
    // Locks need a file open for writing, an index of the log in a file needs a disk that takes one; both are left away.
    let way = if has_log { "vfs=unix-none" } else { "immutable=1" };
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(format!("file:{}?mode=ro&{way}", uri_path(path.as_os_str())), flags)?;
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

/// Looks for damage: every page, every row's constraints; not what indexes say of them.
pub(crate) fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { what: verdict }) }
}

fn uri_path(path: &OsStr) -> String {
    let mut text = String::new();
    for &octet in path.as_bytes() {
        if octet.is_ascii_alphanumeric() || b"/._-".contains(&octet) {
            text.push(char::from(octet));
        } else {
            // Writing to a String does not fail.
            let _ = write!(text, "%{octet:02x}");
        }
    }
    text
}

/// A failure before SQLite's words were weighed against the system's.
enum Failure {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
