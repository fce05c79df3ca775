//! The shared libraries that programs are linked to, found as the dynamic loader would.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::files::{copy, walk};
use crate::workspace::{output, program};

/// Where the loader of Debian's C library looks, below the root; `systemd` is in its own programs' search path.
const FOLDERS: [&str; 4] =
    ["usr/lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu/systemd", "usr/lib", "usr/lib/pppd"];

/// Where programs expect the loader: a link.
const LOADER: &str = "usr/lib/ld-linux-aarch64.so.1";

/// The loader, and what is opened by name while a program runs, so that no program is linked to it.
const OPENED_LATER: [&str; 3] = ["ld-linux-aarch64.so.1", "libkmod.so.2", "libgcc_s.so.1"];

/// Adds to a tree what its programs and libraries are linked to, from `packages`. A library that is nowhere is an error.
pub(super) fn complete(tree: &Path, packages: &Path) -> Result<(), String> {
    let mut open: Vec<PathBuf> = walk(tree)?.into_iter().map(|path| tree.join(path)).collect();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    copy(&packages.join(LOADER), &tree.join(LOADER))?;
    for name in OPENED_LATER {
        bring(name, tree, packages, &mut open)?;
    }
    while !open.is_empty() {
        let programs: Vec<PathBuf> = open.drain(..).filter(|path| is_program(path)).collect();
        for name in needed(&programs)? {
            if wanted.insert(name.clone()) {
                bring(&name, tree, packages, &mut open)?;
            }
        }
    }
    Ok(())
}

/// A library by its name, which is mostly a link to the file.
fn bring(name: &str, tree: &Path, packages: &Path, brought: &mut Vec<PathBuf>) -> Result<(), String> {
    let folder = FOLDERS
        .into_iter()
        .find(|folder| packages.join(folder).join(name).symlink_metadata().is_ok())
        .ok_or_else(|| format!("no listed package has the library {name}"))?;
    let mut place = Path::new(folder).join(name);
    loop {
        let from = packages.join(&place);
        copy(&from, &tree.join(&place))?;
        match fs::read_link(&from) {
            Ok(leads_to) => {
                let beside = place.parent().unwrap_or(&place).join(&leads_to);
                place = leads_to.strip_prefix("/").map_or(beside, merged);
            }
            Err(_) => break,
        }
    }
    brought.push(tree.join(place));
    Ok(())
}

/// A path of before /lib was put below /usr.
fn merged(path: &Path) -> PathBuf {
    if path.starts_with("lib") { Path::new("usr").join(path) } else { path.to_owned() }
}

fn is_program(path: &Path) -> bool {
    let mut start = [0; 4];
    let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
    is_file
        && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"\x7fELF"
}

/// The libraries that programs say they need.
pub(super) fn needed(programs: &[PathBuf]) -> Result<BTreeSet<String>, String> {
    if programs.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(needed_in(&output(program("readelf").args(["--dynamic", "--wide"]).args(programs))?))
}

pub(crate) fn needed_in(said: &str) -> BTreeSet<String> {
    let lines = said.lines().filter(|line| line.contains("(NEEDED)"));
    let names = lines.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()));
    names.filter(|name| !name.starts_with("ld-linux")).collect()
}

#[cfg(test)]
mod tests;
