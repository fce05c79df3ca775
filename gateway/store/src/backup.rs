//! Backups: one file with the whole state, stamped, so that it is known for a copy when it is put to use.

use core::time::Duration;
use std::fs::{self, File};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::{StoreError, files, restore};

/// Pages copied at a time. Nothing waits in between: the thread that copies is the one that writes.
const STEP: i32 = 1_024;

/// Copies `source` to `target`, replacing it. The file has that name only when it is complete, stamped and on the disk.
pub(crate) fn write(source: &Connection, target: &Path) -> Result<(), StoreError> {
    let draft = files::beside(target, ".partial");
    files::create_anew(&draft)?;
    let outcome = copy(source, &draft).and_then(|()| {
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, target)?;
        Ok(files::sync_directory_of(target)?)
    });
    if outcome.is_err() {
        // The draft is no use; what went wrong is already known.
        let _ = files::remove(&draft);
    }
    outcome
}

fn copy(source: &Connection, draft: &Path) -> Result<(), StoreError> {
    let mut copy = Connection::open(draft)?;
    copy.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Backup::new(source, &mut copy)?.run_to_completion(STEP, Duration::ZERO, None)?;
    // Without a log of its own it is a single file.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    if !restore::stamp(&copy)? {
        return Err(StoreError::Damaged { what: "the box has no identity".to_owned() });
    }
    copy.close().map_err(|(_, error)| error.into())
}
