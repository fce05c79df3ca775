//! Debian's packages for ARM64: fetched once, unpacked into one folder, with /bin, /sbin and /lib below /usr. Nothing of them is
//! run here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{listed, make_folder, read, remove, write};
use crate::debian;
use crate::workspace::{explain, program, root, target};

/// Where everything lies that images are made of.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    /// The listed packages, unpacked together.
    pub(super) files: PathBuf,
    /// The kernel, unpacked.
    pub(super) kernel: PathBuf,
}

/// Fetches and unpacks what is not there yet.
pub(super) fn provide() -> Result<Sources, String> {
    let kernel = debian::arm64_kernel()?;
    let list = read(&root().join("image/debian/packages"))?;
    let folder = target().join("debian/arm64-image");
    let files = folder.join("files");
    let mark = folder.join("packages");
    if fs::read_to_string(&mark).is_ok_and(|made_of| made_of == list) {
        return Ok(Sources { files, kernel });
    }
    remove(&folder)?;
    make_folder(&folder)?;
    let names: Vec<&str> = listed(&list).collect();
    println!("fetching {} packages", names.len());
    let archives = debian::download_for_arm64(&names, &folder.join("archives"))?;
    for directory in ["bin", "sbin", "lib"] {
        make_folder(&files.join("usr").join(directory))?;
    }
    for archive in archives {
        unpack(&archive, &files)?;
    }
    write(&mark, list)?;
    Ok(Sources { files, kernel })
}

fn unpack(archive: &Path, into: &Path) -> Result<(), String> {
    let mut reading = program("dpkg-deb");
    reading.arg("--fsys-tarfile").arg(archive).stdout(Stdio::piped());
    let mut child = reading.spawn().map_err(|error| format!("dpkg-deb: {error}"))?;
    let octets = child.stdout.take().ok_or("dpkg-deb says nothing")?;
    let mut unpacking = program("tar");
    unpacking
        .args(["--extract", "--keep-directory-symlink", "--no-same-owner", "--transform"])
        // Not of what a link points to.
        .arg(r"s,^\./\(bin\|sbin\|lib\)/,./usr/\1/,S")
        .arg("--directory")
        .arg(into)
        .stdin(octets);
    explain(unpacking.status(), &unpacking)?;
    explain(child.wait(), &reading)
}
