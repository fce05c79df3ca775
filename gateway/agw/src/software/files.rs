//! Where the files are, and how they are written: whole, durable, bounded.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::libc;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Octets of a small file that are read.
const SMALL: u64 = 64 << 10;

/// The folders.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The gateway's: what it asks, and the update that it received.
    pub(crate) requests: PathBuf,
    /// Root's, in memory: what the gateway may read.
    pub(crate) reports: PathBuf,
    /// Root's own, on the disk.
    pub(crate) private: PathBuf,
    /// What the initramfs has left: which side runs.
    pub(crate) start: PathBuf,
    /// Which version runs.
    pub(crate) release: PathBuf,
}

impl Places {
    /// As the image has them.
    pub(crate) fn of_image() -> Self {
        Self {
            requests: "/var/lib/pumice/software".into(),
            reports: "/run/pumice-software".into(),
            private: "/var/lib/pumice-software".into(),
            start: "/run/pumice-boot".into(),
            release: "/etc/os-release".into(),
        }
    }

    pub(crate) fn request(&self) -> PathBuf {
        self.requests.join("request")
    }

    pub(crate) fn report(&self) -> PathBuf {
        self.reports.join("report.json")
    }

    pub(crate) fn versions(&self) -> PathBuf {
        self.private.join("versions.json")
    }

    pub(crate) fn record(&self) -> PathBuf {
        self.private.join("record.json")
    }
}

/// The update while it comes.
pub(crate) fn partial(requests: &Path) -> PathBuf {
    requests.join("bundle.partial")
}

/// The update once it is asked for.
pub(crate) fn bundle(requests: &Path) -> PathBuf {
    requests.join("bundle.raucb")
}

/// Writes a small file: it has its name when it is whole and on the disk.
pub(crate) fn write(path: &Path, octets: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("/"));
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

/// Reads a small file. Links are not followed: who owns the folder may be somebody else.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
    let mut octets = Vec::new();
    file.take(SMALL + 1).read_to_end(&mut octets)?;
    let fits = u64::try_from(octets.len()).is_ok_and(|length| length <= SMALL);
    if fits { Ok(octets) } else { Err(io::ErrorKind::FileTooLarge.into()) }
}

/// Writes something that is read by [`load`].
pub(crate) fn save(path: &Path, value: &impl Serialize, mode: u32) -> io::Result<()> {
    write(path, &serde_json::to_vec_pretty(value)?, mode)
}

/// Nothing if it is not there, or is not what it should be: then it is as if it had never been written.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let octets = read(path).ok()?;
    serde_json::from_slice(&octets).ok()
}
