//! Packages for ARM64 that are unpacked here, not installed: the kernel with its modules that a simulated board boots, and what an image
//! is made of.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt::{OwnLists, make};
use super::codename;
use crate::workspace::{has_program, output, program, succeed, target};

/// The package that depends on the newest kernel of the release.
const NEWEST: &str = "linux-image-arm64";

/// Downloads and unpacks the kernel into a folder of `target` where it is not there yet; that folder.
pub(super) fn provide() -> Result<PathBuf, String> {
    let folder = target().join("debian/arm64-kernel");
    if folder.is_dir() {
        return Ok(folder);
    }
    println!("missing: {NEWEST}, unpacked (a kernel for a simulated board)");
    let release = codename().filter(|_| has_program("apt-get")).ok_or("this is no Debian")?;
    let lists = lists(&release)?;
    let package = dependency(&output(lists.apt("apt-cache")?.args(["depends", NEWEST]))?)?;
    let fresh = folder.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(|error| format!("{}: {error}", fresh.display()))?;
    }
    make(&fresh)?;
    succeed(lists.apt("apt-get")?.current_dir(&fresh).args(["download", &package]))?;
    let archive = only_file(&fresh)?;
    succeed(program("dpkg-deb").arg("--extract").arg(&archive).arg(&fresh))?;
    let moved = fs::remove_file(&archive).and_then(|()| fs::rename(&fresh, &folder));
    moved.map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Downloads packages into a folder; their archives, in order of their names.
pub(super) fn download(packages: &[&str], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let release = codename().filter(|_| has_program("apt-get")).ok_or("this is no Debian")?;
    make(folder)?;
    succeed(lists(&release)?.apt("apt-get")?.current_dir(folder).arg("download").args(packages))?;
    let mut archives: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    archives.sort();
    if archives.len() == packages.len() {
        return Ok(archives);
    }
    Err(format!("{} packages are listed, {} were downloaded", packages.len(), archives.len()))
}

/// Lists as a machine of that architecture would have them, whatever this one is.
fn lists(release: &str) -> Result<OwnLists, String> {
    let options = ["APT::Architecture=arm64", "APT::Architectures=arm64", "Dir::State::Status=/dev/null"];
    let cache = target().join("apt-arm64-kernel/cache");
    make(&cache)?;
    let mut options: Vec<String> = options.map(str::to_owned).to_vec();
    options.push(format!("Dir::Cache={}", cache.display()));
    let security = format!("{release}-security");
    OwnLists::fetch("apt-arm64-kernel", release, &security, &options)
}

/// The kernel itself, from what `apt-cache depends` says.
fn dependency(said: &str) -> Result<String, String> {
    let names = said.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    let kernel = names.map(str::trim).find(|name| name.starts_with("linux-image-"));
    kernel.map(str::to_owned).ok_or_else(|| format!("{NEWEST} depends on no kernel: {said:?}"))
}

fn only_file(folder: &Path) -> Result<PathBuf, String> {
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let first = entries.next().map(|entry| entry.path());
    first.ok_or_else(|| format!("{}: nothing was downloaded", folder.display()))
}

#[cfg(test)]
mod tests;
