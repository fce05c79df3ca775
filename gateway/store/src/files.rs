//! Files and directories: tight permissions, and names that survive a power cut.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How many damaged databases are kept: more would fill the disk that failed. The first ones hold the most; the last place
/// is used again.
const SET_ASIDE: u32 = 3;

/// Makes the directory (0700; its parent must exist) and the file (0600) unless they are there. An existing file is
/// tightened, an existing directory, which may be shared, is not.
pub(crate) fn prepare(database: &Path) -> io::Result<()> {
    make_directory_of(database)?;
    // SQLite gives its log the permissions of the database.
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(database)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Makes the directory in which `path` is (0700; its parent must exist) unless it is there.
pub(crate) fn make_directory_of(path: &Path) -> io::Result<()> {
    let directory = directory_of(path);
    match DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => sync_directory_of(directory),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A read-only disk may say so before it sees that the directory is there.
        Err(_) if directory.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether there is a directory for `path`.
pub(crate) fn has_directory(path: &Path) -> bool {
    directory_of(path).is_dir()
}

/// Writes an empty file anew, which only its owner may read.
pub(crate) fn create_anew(path: &Path) -> io::Result<()> {
    remove(path)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(|_| ())
}

/// The log that SQLite keeps beside a database.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    beside(database, "-wal")
}

/// Where a new database is made while a damaged one is still in its place.
pub(crate) fn rebuilt(database: &Path) -> PathBuf {
    beside(database, ".rebuilt")
}

/// Where a copy stands for the moment in which it is made portable.
pub(crate) fn exported(database: &Path) -> PathBuf {
    beside(database, ".export")
}

/// The copy that a program makes before it changes the schema.
pub(crate) fn before_update(database: &Path) -> PathBuf {
    beside(database, ".before-update")
}

/// Where a database stands that a newer program has changed, once an older one has gone back to the copy.
pub(crate) fn newer(database: &Path) -> PathBuf {
    beside(database, ".newer")
}

/// All files that the store keeps of a database: itself first, then all copies.
pub(crate) fn all_of(database: &Path) -> Vec<PathBuf> {
    let index = beside(database, "-shm");
    let (rebuilt, exported) = (rebuilt(database), exported(database));
    let mut all = vec![database.to_path_buf(), log_of(database), index, beside(database, "-journal")];
    for place in (1..=SET_ASIDE).map(|n| numbered(database, n)) {
        all.extend([log_of(&place), place]);
    }
    all.extend([log_of(&rebuilt), beside(&rebuilt, "-journal"), rebuilt]);
    let copies = [exported, before_update(database)];
    for draft in copies.iter().map(|copy| beside(copy, ".partial")) {
        all.extend([beside(&draft, "-journal"), draft]);
    }
    all.extend(copies);
    let newer = newer(database);
    all.extend([log_of(&newer), newer]);
    all
}

/// A name beside `path`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Moves a damaged database away and the rebuilt one, which is on the disk already, into its place. A power cut in between
/// is mended by [`finish_set_aside`].
pub(crate) fn set_aside(database: &Path) -> io::Result<PathBuf> {
    let free = (1..SET_ASIDE).map(|n| numbered(database, n)).find(|place| !place.exists());
    let place = free.unwrap_or_else(|| numbered(database, SET_ASIDE));
    remove(&log_of(&place))?;
    fs::rename(database, &place)?;
    sync_directory_of(database)?;
    finish_set_aside(database)?;
    Ok(place)
}

/// Finishes what a power cut interrupted in [`set_aside`], and removes a rebuilt database that was not finished.
pub(crate) fn finish_set_aside(database: &Path) -> io::Result<()> {
    let rebuilt = rebuilt(database);
    if !rebuilt.exists() {
        return Ok(());
    }
    remove(&log_of(&rebuilt))?;
    remove(&beside(&rebuilt, "-journal"))?;
    if database.exists() {
        return remove(&rebuilt);
    }
    // The damaged one's log must not be taken for the new one's: SQLite would play it back.
    let log = log_of(database);
    if log.exists() {
        let newest = (1..=SET_ASIDE).rev().map(|n| numbered(database, n)).find(|place| place.exists());
        match newest {
            Some(place) => fs::rename(&log, log_of(&place))?,
            None => fs::remove_file(&log)?,
        }
    }
    fs::rename(&rebuilt, database)?;
    sync_directory_of(database)
}

/// Moves a newer program's database away and the copy from before it into its place. A power cut in between leaves the newer one in
/// its place, or is mended by [`finish_set_aside`].
pub(crate) fn return_to_before_update(database: &Path) -> io::Result<PathBuf> {
    let (copy, rebuilt, place) = (before_update(database), rebuilt(database), newer(database));
    remove(&rebuilt)?;
    fs::hard_link(&copy, &rebuilt)?;
    remove(&log_of(&place))?;
    if log_of(database).exists() {
        fs::rename(log_of(database), log_of(&place))?;
    }
    fs::rename(database, &place)?;
    sync_directory_of(database)?;
    finish_set_aside(database)?;
    remove(&copy)?;
    sync_directory_of(database)?;
    Ok(place)
}

/// Makes the names in the directory of `path` durable.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    File::open(directory_of(path))?.sync_all()
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn numbered(database: &Path, n: u32) -> PathBuf {
    beside(database, &format!(".damaged-{n}"))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    }
}
