//! A squashfs with its dm-verity tree behind it.

use std::path::Path;

use super::size;
use crate::workspace::{output, program, succeed};

/// The time of all files of an image: 2026-01-01, in seconds since 1970. Whatever made them, the same files are the same image.
pub(super) const TIME: &str = "1767225600";

const BLOCK: u64 = 4_096;

/// A file system whose every block can be checked.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    /// Octets without the tree.
    pub(super) data: u64,
    /// The root hash, as hexadecimal digits.
    pub(super) root_hash: String,
    /// The line by which the device mapper opens it; `DEVICE` stands for the device.
    pub(super) table: String,
}

/// Makes the file system of a tree, and behind it the tree of hashes.
pub(super) fn seal(tree: &Path, image: &Path) -> Result<Sealed, String> {
    succeed(
        program("mksquashfs")
            .arg(tree)
            .arg(image)
            .args(["-quiet", "-no-progress", "-noappend", "-all-root", "-no-xattrs"])
            .args(["-comp", "zstd", "-Xcompression-level", "19", "-b", "131072"])
            .args(["-mkfs-time", TIME, "-all-time", TIME]),
    )?;
    let data = size(image)?.next_multiple_of(BLOCK);
    let file = std::fs::OpenOptions::new().write(true).open(image);
    file.and_then(|file| file.set_len(data)).map_err(|error| format!("{}: {error}", image.display()))?;
    // A salt keeps tables of hashes from being made ahead; it need not be secret, and the same image is to have the same.
    let salt = hash_of(image)?;
    let offset = data.to_string();
    let said = output(
        program("veritysetup")
            .args(["format", "--data-block-size=4096", "--hash-block-size=4096", "--hash=sha256"])
            .args([&format!("--hash-offset={offset}"), &format!("--salt={salt}")])
            .arg("--uuid=70756d69-6365-4000-8000-726f6f740000")
            .args([image, image]),
    )?;
    let root_hash = said
        .lines()
        .find_map(|line| line.strip_prefix("Root hash:"))
        .map(|hash| hash.trim().to_owned())
        .ok_or_else(|| format!("veritysetup: {said}"))?;
    let blocks = data / BLOCK;
    // A block of its own says what the tree is; the tree follows.
    let (sectors, first) = (data / 512, blocks + 1);
    let table =
        format!("0 {sectors} verity 1 DEVICE DEVICE 4096 4096 {blocks} {first} sha256 {root_hash} {salt}\n");
    Ok(Sealed { data, root_hash, table })
}

fn hash_of(file: &Path) -> Result<String, String> {
    let said = output(program("sha256sum").arg(file))?;
    said.split_whitespace().next().map(str::to_owned).ok_or_else(|| "sha256sum says nothing".to_owned())
}
