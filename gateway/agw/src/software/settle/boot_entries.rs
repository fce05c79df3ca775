//! UEFI's list of what it starts. RAUC finds the sides in it by their names; a new machine, or one whose firmware has lost its
//! variables, has none and starts the first boot partition that it finds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::SoftwareError;

/// What was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Both sides, or the ones that were missing are there now.
    Both,
    /// None, and the side that is known to be good is not the first that the firmware would have found.
    OtherSettled,
}

/// Makes the entries that are missing, the settled side first.
pub(super) fn ensure(settled: Option<&str>) -> Result<Found, SoftwareError> {
    let listed = efibootmgr(&[])?;
    let missing: Vec<&str> = ["A", "B"].into_iter().filter(|side| !has_entry(&listed, side)).collect();
    if missing.is_empty() {
        return Ok(Found::Both);
    }
    let first = settled.unwrap_or("A");
    // Each new one becomes the first in order.
    let mut order = missing.clone();
    order.sort_by_key(|side| *side == first);
    for side in order {
        let (disk, number) = place_of(&format!("boot-{}", side.to_ascii_lowercase()))?;
        let loader =
            if cfg!(target_arch = "x86_64") { r"\EFI\BOOT\BOOTX64.EFI" } else { r"\EFI\BOOT\BOOTAA64.EFI" };
        efibootmgr(&["--create", "--disk", &disk, "--part", &number, "--label", side, "--loader", loader])?;
    }
    let forgotten = missing.len() == 2 && settled == Some("B");
    Ok(if forgotten { Found::OtherSettled } else { Found::Both })
}

/// `Boot0003* A`, a tab, and where it lies.
fn has_entry(listed: &str, side: &str) -> bool {
    listed.lines().any(|line| {
        let name = line.strip_prefix("Boot").and_then(|rest| rest.split_once(' ')).map(|(_, name)| name);
        name.is_some_and(|name| name.split('\t').next().map(str::trim) == Some(side))
    })
}

/// The disk and the number of a partition, from the kernel: udev may not have named it yet.
fn place_of(name: &str) -> Result<(String, String), SoftwareError> {
    let entries = fs::read_dir("/sys/class/block").into_iter().flatten().flatten();
    let mut named = entries.map(|entry| entry.path()).filter(|entry| {
        let said = fs::read_to_string(entry.join("uevent")).unwrap_or_default();
        said.lines().any(|line| line.strip_prefix("PARTNAME=") == Some(name))
    });
    let entry =
        named.next().ok_or_else(|| SoftwareError::NoImage(format!("there is no partition {name}")))?;
    let entry = fs::canonicalize(&entry).map_err(super::at(&entry))?;
    let number = entry.join("partition");
    let number = fs::read_to_string(&number).map_err(super::at(&number))?.trim().to_owned();
    let disk = entry.parent().and_then(Path::file_name).unwrap_or_default();
    Ok((Path::new("/dev").join(disk).display().to_string(), number))
}

fn efibootmgr(words: &[&str]) -> Result<String, SoftwareError> {
    let failed = |what| SoftwareError::Program { program: "efibootmgr", what };
    let output = Command::new("efibootmgr").args(words).stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests;
