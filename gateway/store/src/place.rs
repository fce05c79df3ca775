//! Where all that is kept lies: taking the place of it, and forgetting it.
//!
//! Both are begun while the gateway runs and done by the next start, before anything is open: [`Home::settle`]. A restore is
//! decided by one renaming, a factory reset by one mark. A power cut before it leaves all as it was; after it, the next start
//! goes on with what is left to do, however often the power is cut.
//!
//! ```text
//!   stage     pumice.key.incoming, pumice.db.incoming; then  pumice.db.incoming -> pumice.db.restored   (decided)
//!   settle    key -> key.before-restore, key.incoming -> key; the same with the database and its log
//!   confirm   the start was good: *.before-restore are removed
//!
//!   mark      pumice.db.forget                                                                          (decided)
//!   settle    everything is removed, the database first and the mark last
//! ```
//!
//! A restored box takes over the identity of the box that the backup is of - its serial, its MME code, its ranges of numbers:
//! that box is gone, and phones find what they knew. Its backup must not be put to use in two boxes at one time. Numbers jump
//! ahead ([`restore`](crate::restore)), people sign in anew.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use pumice_model::control::Refusal;
use pumice_model::machine::BackupView;

use crate::portable::Portable;
use crate::seal::key_file;
use crate::steps::{self, Step};
use crate::{RecoveryKey, StoreError, database, files, identity, restore, revisions, schema, starts};

const BEFORE_RESTORE: &str = ".before-restore";

/// The database and the key file of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    database: PathBuf,
    key: PathBuf,
}

/// What the start found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nothing.
    Nothing,
    /// A backup has taken the place of all that was kept.
    Restored,
    /// All that was kept is gone.
    Forgotten,
}

impl Home {
    /// Where the database and the key file are.
    pub fn new(database: &Path, key: &Path) -> Self {
        Self { database: database.to_path_buf(), key: key.to_path_buf() }
    }

    /// Does what was decided before this start. To be called before the key file is read and the store is opened: after an
    /// error neither may be, because the key of one box may lie beside the database of another. Trying again goes on.
    pub fn settle(&self) -> Result<Settled, StoreError> {
        let (settled, steps) = self.settling();
        match steps::take(&steps) {
            Ok(()) => Ok(settled),
            // What was never decided may stay for another start: a disk that takes nothing does not stop this one.
            Err(error) if settled == Settled::Nothing => {
                tracing::warn!(%error, "what is left of a restore that was not finished stays");
                Ok(settled)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what a restore has replaced. To be called when the gateway has started well with it.
    pub fn confirm(&self) -> Result<(), StoreError> {
        Ok(steps::take(&self.replaced().map(Step::Remove))?)
    }

    /// Checks a backup and makes it ready: the next [`Self::settle`] puts it to use. [`Refusal::BadBackup`] if it does not
    /// open, or is not of a program as old as this one; then nothing has changed.
    ///
    /// Takes half a second and needs no store: it is for a thread of its own.
    pub fn stage(&self, backup: Vec<u8>, recovery_key: &str) -> Result<(), Refusal> {
        let recovery_key = RecoveryKey::parse(recovery_key).ok_or(Refusal::BadBackup)?;
        let portable = Portable::decrypt(backup, &recovery_key)?;
        let (key, database) = portable.parts().ok_or(Refusal::BadBackup)?;
        let outcome = self.make_ready(key, database).and_then(|()| self.decide());
        if outcome.is_err()
            && let Err(error) =
                steps::take(&[Step::Remove(self.restored())]).and_then(|()| steps::take(&self.not_staged()))
        {
            tracing::warn!(%error, "what a refused backup left is removed by the next start");
        }
        outcome
    }

    /// What a backup holds; nothing changes. [`Refusal::BadBackup`] as for [`Self::stage`]. `serial` is that of this box.
    ///
    /// Takes half a second and needs no store: it is for a thread of its own.
    pub fn look_into(
        &self,
        backup: Vec<u8>,
        recovery_key: &str,
        serial: &[u8; 16],
    ) -> Result<BackupView, Refusal> {
        let recovery_key = RecoveryKey::parse(recovery_key).ok_or(Refusal::BadBackup)?;
        let portable = Portable::decrypt(backup, &recovery_key)?;
        let (_, database) = portable.parts().ok_or(Refusal::BadBackup)?;
        let looked_at = files::beside(&self.database, ".looked-at");
        let view = steps::write(&looked_at, database)
            .map_err(StoreError::from)
            .map_err(Refusal::from)
            .and_then(|()| check(&looked_at))
            .and_then(|()| view(&looked_at, serial).map_err(|_| Refusal::BadBackup));
        if let Err(error) = steps::take(&[Step::Remove(looked_at)]) {
            tracing::warn!(%error, "a backup that was looked into stays on the disk; it is written over by the next");
        }
        view
    }

    fn make_ready(&self, key: &[u8; 32], database: &[u8]) -> Result<(), Refusal> {
        // The key of one backup must not meet the database of another.
        steps::take(&[Step::Remove(self.restored())]).map_err(StoreError::from)?;
        let incoming = self.incoming();
        steps::write(&incoming, database).map_err(StoreError::from)?;
        check(&incoming)?;
        Ok(steps::write(&self.incoming_key(), &key_file(key)).map_err(StoreError::from)?)
    }

    fn decide(&self) -> Result<(), Refusal> {
        Ok(steps::take(&[Step::Rename(self.incoming(), self.restored())]).map_err(StoreError::from)?)
    }

    /// Decides that all is to be forgotten: accounts, phones, settings, the past, the identity, the key. The next
    /// [`Self::settle`] does it.
    pub fn forget_at_next_start(&self) -> Result<(), StoreError> {
        Ok(steps::take(&[Step::Mark(self.mark())])?)
    }

    /// What there is to do, from what is there.
    fn settling(&self) -> (Settled, Vec<Step>) {
        if self.mark().exists() {
            (Settled::Forgotten, self.forgetting())
        } else if self.restored().exists() {
            (Settled::Restored, self.replacing())
        } else {
            (Settled::Nothing, self.not_staged().to_vec())
        }
    }

    /// While the restored database is not in its place, all of this is done again from the start; what was done already finds
    /// nothing to move.
    fn replacing(&self) -> Vec<Step> {
        let mut replacing = Vec::new();
        let mut replace = |old: &Path, new: PathBuf| {
            replacing.push(Step::Rename(old.to_path_buf(), before(old)));
            replacing.push(Step::Rename(new, old.to_path_buf()));
        };
        // The key that is in its place already must not be moved away.
        if self.incoming_key().exists() {
            replace(&self.key, self.incoming_key());
        }
        let log = files::log_of(&self.database);
        // A log of a restore before this one; not the one that was moved there already.
        if self.database.exists() {
            replacing.push(Step::Remove(files::log_of(&before(&self.database))));
        }
        replacing.push(Step::Rename(self.database.clone(), before(&self.database)));
        // The log must not be played into the new database.
        replacing.push(Step::Rename(log.clone(), files::log_of(&before(&self.database))));
        replacing.push(Step::Remove(files::rebuilt(&self.database)));
        replacing.push(Step::Rename(self.restored(), self.database.clone()));
        replacing
    }

    /// The database goes first: a box without one starts, with whatever key. Copies go before the key that opens them.
    fn forgetting(&self) -> Vec<Step> {
        let staged = [self.restored(), self.incoming(), self.incoming_key()];
        let keys = [self.key.clone(), files::beside(&self.key, ".new")];
        (files::all_of(&self.database).into_iter())
            .chain(staged)
            .chain(self.replaced())
            .chain(keys)
            .chain([self.mark()])
            .map(Step::Remove)
            .collect()
    }

    fn not_staged(&self) -> [Step; 2] {
        [Step::Remove(self.incoming()), Step::Remove(self.incoming_key())]
    }

    fn replaced(&self) -> [PathBuf; 3] {
        let database = before(&self.database);
        [files::log_of(&database), database, before(&self.key)]
    }

    fn incoming(&self) -> PathBuf {
        files::beside(&self.database, ".incoming")
    }

    fn restored(&self) -> PathBuf {
        files::beside(&self.database, ".restored")
    }

    fn mark(&self) -> PathBuf {
        files::beside(&self.database, ".forget")
    }

    fn incoming_key(&self) -> PathBuf {
        files::beside(&self.key, ".incoming")
    }
}

fn before(path: &Path) -> PathBuf {
    files::beside(path, BEFORE_RESTORE)
}

/// What there is to say of a database that was checked.
fn view(path: &Path, serial: &[u8; 16]) -> Result<BackupView, StoreError> {
    let connection = database::open_to_read(path)?;
    let count = |table: &str| -> Result<u32, StoreError> {
        Ok(connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
    };
    let identity = identity::read(&connection)?.ok_or(StoreError::Malformed)?;
    let [a, b, ..] = identity.serial;
    // A backup of an older program has no such tables yet.
    Ok(BackupView {
        made_unix: starts::read(&connection).ok().and_then(|starts| starts.last_known),
        box_name: format!("{a:02x}{b:02x}"),
        network: revisions::shown_in_force(&connection)
            .and_then(|mut values| values.remove("network.name"))
            .unwrap_or_default(),
        subscribers: count("subscribers")?,
        accounts: count("accounts").unwrap_or(0),
        same_box: identity.serial == *serial,
    })
}

/// A database that does not start must not take the place of one that does.
fn check(path: &Path) -> Result<(), Refusal> {
    let bad = |error: StoreError| {
        tracing::warn!(%error, "the backup's database");
        Refusal::BadBackup
    };
    fs::metadata(path).map_err(StoreError::from)?;
    let connection = database::open_to_read(path).map_err(bad)?;
    database::check(&connection).map_err(bad)?;
    schema::check_version(&connection).map_err(bad)?;
    match restore::is_stamped(&connection) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::BadBackup),
        Err(error) => Err(bad(error.into())),
    }
}
