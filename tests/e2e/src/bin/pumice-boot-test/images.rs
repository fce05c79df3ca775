//! What was built for the test: a disk, and updates to it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failure, failed};

/// Octets of the stick: three updates, and room for their names.
const STICK: u64 = 320 << 20;

/// Versions, as `cargo xtask boot-test` gives them: that of this workspace, and two after it.
pub(crate) const FIRST: &str = env!("CARGO_PKG_VERSION");
pub(crate) const NEXT: &str = concat!(env!("CARGO_PKG_VERSION"), ".1");
pub(crate) const BROKEN: &str = concat!(env!("CARGO_PKG_VERSION"), ".2");

/// What was built.
#[derive(Debug)]
pub(crate) struct Images {
    /// A disk with the first version, in its development flavour.
    pub(crate) disk: PathBuf,
    /// The next version, as boxes get it.
    pub(crate) next: PathBuf,
    /// A version after that whose gateway does not start.
    pub(crate) broken: PathBuf,
    /// What a firmware keeps that believes in our boot files, and in no others.
    pub(crate) variables: PathBuf,
    /// A boot file that nobody has signed.
    pub(crate) unsigned: PathBuf,
}

impl Images {
    /// As `cargo xtask boot-test` leaves them.
    pub(crate) fn of(folder: &Path) -> Result<Self, Failure> {
        let images = Self {
            disk: folder.join(format!("development-{FIRST}/disk.img")),
            next: folder.join(format!("appliance-{NEXT}/update.raucb")),
            broken: folder.join(format!("broken-{BROKEN}/update.raucb")),
            variables: folder.join("variables.fd"),
            unsigned: folder.join("boot.efi"),
        };
        for path in [&images.disk, &images.next, &images.broken, &images.variables, &images.unsigned] {
            if !path.exists() {
                return Err(Failure(format!("{} is missing: run `cargo xtask boot-test`", path.display())));
            }
        }
        Ok(images)
    }

    /// A USB stick with the updates, and one that somebody has changed.
    pub(crate) fn stick(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let stick = folder.join("stick.img");
        let made = File::create(&stick).and_then(|file| file.set_len(STICK));
        made.map_err(failed("making a stick"))?;
        let shown = stick.display().to_string();
        run(Command::new("mkfs.vfat").args(["-F", "32", "-n", "STICK"]).arg(&stick))?;
        let forged = folder.join("forged.raucb");
        let mut octets = fs::read(&self.next).map_err(failed("reading an update"))?;
        // In what the signature is over: RAUC keeps that at the end.
        let at = octets.len().saturating_sub(200);
        if let Some(octet) = octets.get_mut(at) {
            *octet ^= 1;
        }
        fs::write(&forged, octets).map_err(failed("writing a forged update"))?;
        for (from, name) in
            [(&self.next, "next.raucb"), (&self.broken, "broken.raucb"), (&forged, "forged.raucb")]
        {
            run(Command::new("mcopy").args(["-i", &shown]).arg(from).arg(format!("::/{name}")))?;
        }
        Ok(stick)
    }
}

/// Runs a program of this machine to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().map_err(failed(name.clone()))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{name}: {status}"))) }
}
