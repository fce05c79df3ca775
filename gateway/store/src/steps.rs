//! What moves files, as a list of steps. Each is on the disk before the next begins, and any of them may be done twice: after
//! a power cut the list is made anew from what is there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::files;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Writes an empty file that only its owner may read.
    Mark(PathBuf),
    /// Removes a file, if there is one.
    Remove(PathBuf),
    /// Gives a file another name, if there is one; what had that name is gone.
    Rename(PathBuf, PathBuf),
}

impl Step {
    pub(crate) fn take(&self) -> io::Result<()> {
        match self {
            Self::Mark(path) => {
                OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(path)?
                    .sync_all()?;
                files::sync_directory_of(path)
            }
            Self::Remove(path) => match fs::remove_file(path) {
                Ok(()) => files::sync_directory_of(path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            },
            Self::Rename(from, to) => match fs::rename(from, to) {
                Ok(()) => files::sync_directory_of(to),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            },
        }
    }
}

/// Takes all of them.
pub(crate) fn take(steps: &[Step]) -> io::Result<()> {
    steps.iter().try_for_each(Step::take)
}

/// Writes a file that only its owner may read; it is on the disk when this returns.
pub(crate) fn write(path: &PathBuf, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    files::sync_directory_of(path)
}
