use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::{NAMES, NetworkFile};

/// The file that is written last.
const GENERATION: &str = "generation";

/// Octets that are read of a file that is there; ours are far smaller.
const LARGEST: u64 = 64 * 1024;

/// What writing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Nothing: all was there already.
    Unchanged,
    /// The files are new, and this is their generation.
    Generation(u64),
}

/// Brings a folder to hold these files and none of another way. Each takes its name when it is whole and on the disk; the
/// generation counts up when all are. After a power cut in the middle the next call finishes it, because the generation tells
/// what it was written for.
pub(crate) fn write(folder: &Path, files: &[NetworkFile]) -> io::Result<Written> {
    let marker = folder.join(GENERATION);
    if files.is_empty() && marker.symlink_metadata().is_err() {
        // Never written to: nothing is to be taken back.
        return Ok(Written::Unchanged);
    }
    DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    let wanted = fingerprint(files);
    let before = read(&marker).unwrap_or_default();
    let (number, applied) = parse(&before);
    let is_there = |file: &NetworkFile| is_same(&folder.join(file.name), file);
    let stale: Vec<&str> =
        NAMES.into_iter().filter(|name| files.iter().all(|file| file.name != *name)).collect();
    let has_stale = stale.iter().any(|name| folder.join(name).symlink_metadata().is_ok());
    if applied == Some(wanted) && files.iter().all(is_there) && !has_stale {
        return Ok(Written::Unchanged);
    }
    for file in files.iter().filter(|file| !is_there(file)) {
        replace(folder, file.name, file.mode, file.text.as_bytes())?;
    }
    for name in stale {
        remove(&folder.join(name))?;
    }
    sync(folder)?;
    let number = number.wrapping_add(1);
    // Not for others: who has it could try passwords against it.
    replace(folder, GENERATION, 0o600, format!("{number} {wanted:016x}\n").as_bytes())?;
    sync(folder)?;
    Ok(Written::Generation(number))
}

fn is_same(path: &Path, file: &NetworkFile) -> bool {
    let mode = path.symlink_metadata().map(|found| found.permissions().mode() & 0o7777);
    mode.is_ok_and(|mode| mode == file.mode) && read(path).is_ok_and(|found| found == file.text.as_bytes())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut octets)?;
    Ok(octets)
}

fn replace(folder: &Path, name: &str, mode: u32, octets: &[u8]) -> io::Result<()> {
    let new = folder.join(format!(".{name}.new"));
    // Of a power cut; never written to, because somebody might have it open.
    remove(&new)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    // The umask may have taken bits away.
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(&new, folder.join(name))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The number, and what it was written for.
fn parse(generation: &[u8]) -> (u64, Option<u64>) {
    let text = std::str::from_utf8(generation).unwrap_or_default();
    let mut words = text.split_ascii_whitespace();
    let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    (number, words.next().and_then(|word| u64::from_str_radix(word, 16).ok()))
}

/// Tells files of one way from those of another (FNV-1a). Nobody is to be kept from forging it: who could, could write the
/// files themselves.
fn fingerprint(files: &[NetworkFile]) -> u64 {
    let octets = files.iter().flat_map(|file| {
        let parts = [file.name.as_bytes(), &[0], file.text.as_bytes(), &[0]];
        parts.into_iter().flatten().copied().collect::<Vec<u8>>()
    });
    octets.fold(0xcbf2_9ce4_8422_2325, |hash: u64, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
