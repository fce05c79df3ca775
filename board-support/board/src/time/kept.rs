//! The time that was known last, in a file: a box without a real-time clock starts there and not in 1970.

use core::time::Duration;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// How often the time is kept while the box runs. Flash is a budget: 144 small writes a day at most.
pub const KEEP_EVERY: Duration = Duration::from_secs(600);
/// The most octets of the file.
const MAX_FILE: u64 = 64;
/// What stands before the seconds: the kind of file, and its version.
const HEAD: &str = "pumice-time 1 ";

/// Decides when the time is kept.
#[derive(Debug, Clone, Default)]
pub struct KeptTime {
    last: Option<Duration>,
}

impl KeptTime {
    /// Nothing kept yet in this run.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `time` is to be kept now: at first, then every [`KEEP_EVERY`], and when the box stops. `None` is a time that
    /// cannot be believed, which is never kept.
    pub fn due(&self, now: Duration, time: Option<Duration>, stopping: bool) -> Option<Duration> {
        let is_due = stopping || self.last.is_none_or(|last| now.saturating_sub(last) >= KEEP_EVERY);
        time.filter(|_| is_due)
    }

    /// Notes that it was tried. A disk that fails is not tried more often for that.
    pub const fn tried(&mut self, now: Duration) {
        self.last = Some(now);
    }
}

/// Why a kept time cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The file.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not what was written.
    #[error("not a kept time")]
    Garbled,
}

/// Reads a kept time, since 1970; nothing if none was kept.
///
/// # Errors
/// The file cannot be read or is garbled. The box starts from the time of its build then.
pub fn read_kept(path: &Path) -> Result<Option<Duration>, KeptError> {
    let mut text = String::new();
    match File::open(path) {
        Ok(file) => file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => KeptError::Garbled,
            _ => KeptError::Io(error),
        })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let seconds =
        text.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix('\n')).ok_or(KeptError::Garbled)?;
    if seconds.is_empty() || !seconds.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(KeptError::Garbled);
    }
    seconds.parse().map(|seconds| Some(Duration::from_secs(seconds))).map_err(|_| KeptError::Garbled)
}

/// Keeps a time, since 1970. The file is replaced as a whole: after a power cut it holds the old time or the new one.
///
/// # Errors
/// The disk refuses.
pub fn write_kept(path: &Path, time: Duration) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(format!("{HEAD}{}\n", time.as_secs()).as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The rename itself must be on the disk; a directory that cannot be opened cannot be synced.
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or_else(|| Path::new(".")))?.sync_all()
}
