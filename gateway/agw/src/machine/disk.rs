//! How full the disk is that the store is on.

use std::path::Path;

use nix::sys::statvfs::{FsFlags, statvfs};
use pumice_model::machine::DiskView;

#[cfg(test)]
mod tests;

/// Looks at the file system of a folder. What cannot be looked at is said to fail.
pub(crate) fn look(folder: &Path) -> DiskView {
    match statvfs(folder) {
        Ok(found) => {
            let unit = widen(found.fragment_size());
            let octets = |blocks: u64| blocks.saturating_mul(unit);
            DiskView {
                // What root keeps for itself is not ours.
                free: octets(widen(found.blocks_available())),
                total: octets(widen(found.blocks())),
                failing: failing(found.flags()),
            }
        }
        Err(errno) => DiskView { free: 0, total: 0, failing: Some(errno.desc().to_owned()) },
    }
}

/// The kernel makes a file system read-only when the card's writes fail.
fn failing(flags: FsFlags) -> Option<String> {
    flags.contains(FsFlags::ST_RDONLY).then(|| "it is read-only".to_owned())
}

/// C's types are 32 or 64 bits wide by the board.
fn widen(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}
