//! `cargo xtask image`: an image for ARM64 machines with UEFI, of Debian's packages and our files, in minutes and without a
//! Yocto build. What is in it is listed in `image/`; both builders install the same files from there.
//!
//! ```text
//!   packages ──> files that are listed ──┐
//!   kernel ────> modules that are listed ┼─> root file system ──> squashfs + dm-verity tree ──> root.img ──┐
//!   image/rootfs, our program ───────────┘                                  │ root hash                    ├─> disk.img
//!   image/initramfs, four programs, modules for disks ──> initramfs <───────┘                              │   update.raucb
//!   kernel + initramfs + command line ──> unified kernel image, signed ──> boot.img ───────────────────────┘
//! ```

mod boot_file;
mod budget;
mod bundle;
mod disk;
mod files;
mod initramfs;
mod keys;
mod layout;
mod libraries;
mod modules;
mod packages;
mod root;
mod verity;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::workspace::{root as workspace, target};
use crate::{cross, debian};

pub(crate) use files::walk;
pub(crate) use keys::boot_certificate;
pub(crate) use libraries::needed_in;

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// For boxes: nobody can log in.
    Appliance,
    /// With a shell on the machine's second console.
    Development,
    /// An appliance whose gateway does not start: an update to it must be gone back from.
    Broken,
}

impl Flavour {
    fn word(self) -> &'static str {
        match self {
            Self::Appliance => "appliance",
            Self::Development => "development",
            Self::Broken => "broken",
        }
    }
}

/// Which image is made.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) flavour: Flavour,
    pub(crate) version: String,
    /// Whether a disk is made of it, and not only an update.
    pub(crate) with_disk: bool,
}

impl Plan {
    /// The folder of what is made.
    pub(crate) fn folder(&self) -> PathBuf {
        target().join("image").join(format!("{}-{}", self.flavour.word(), self.version))
    }
}

/// The version that this workspace's packages have.
pub(crate) fn own_version() -> Result<String, String> {
    let manifest = read(&workspace().join("Cargo.toml"))?;
    let section = manifest.split_once("[workspace.package]").map(|(_, rest)| rest).unwrap_or_default();
    let line = section.lines().find_map(|line| line.strip_prefix("version = "));
    line.map(|version| version.trim_matches('"').to_owned())
        .ok_or_else(|| "Cargo.toml has no version".to_owned())
}

/// `cargo xtask image`
pub(crate) fn run(flags: &[&str]) -> ExitCode {
    let outcome = own_version().and_then(|version| {
        let flavour =
            if flags.contains(&"--development") { Flavour::Development } else { Flavour::Appliance };
        let plan = Plan { flavour, version, with_disk: true };
        make(&plan)?;
        println!("\nthe disk:   {}", plan.folder().join("disk.img").display());
        println!("the update: {}", plan.folder().join("update.raucb").display());
        Ok(())
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask image: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Makes one image and prints what it weighs.
pub(crate) fn make(plan: &Plan) -> Result<(), String> {
    debian::provide_for_image()?;
    let program = cross::build(cross::Machine::Aarch64)?;
    let sources = packages::provide()?;
    let keys = keys::provide()?;
    let folder = plan.folder();
    remove(&folder)?;
    make_folder(&folder)?;

    println!("image: {} {}", plan.flavour.word(), plan.version);
    let tree = root::assemble(plan, &sources, &program, &keys)?;
    let file_system = verity::seal(&tree, &folder.join("root.img"))?;
    let initramfs = initramfs::make(plan, &sources, &file_system)?;
    boot_file::make(plan, &sources, &keys, &initramfs, &folder.join("boot.img"))?;
    bundle::make(plan, &keys, &folder)?;
    if plan.with_disk {
        disk::make(&folder)?;
    }
    budget::check(&folder, &tree, &program, &file_system)
}

fn make_folder(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn size(path: &Path) -> Result<u64, String> {
    fs::metadata(path).map(|found| found.len()).map_err(|error| format!("{}: {error}", path.display()))
}

/// The words of a list: without empty lines and remarks.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
