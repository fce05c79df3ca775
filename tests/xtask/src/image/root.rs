//! The root file system: what is listed of Debian's packages, our files over it, and our program.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::files::{copy, copy_tree, matching};
use super::keys::Keys;
use super::modules::{self, Stage};
use super::packages::Sources;
use super::{Flavour, Plan, libraries, listed, make_folder, read, remove, write};
use crate::workspace::{program, root, succeed, target};

/// Empty folders, on which something is mounted or which systemd looks for.
const FOLDERS: [&str; 9] = ["dev", "proc", "sys", "run", "var", "root", "tmp", "mnt", "media"];

/// Where older paths lead.
const LINKS: [(&str, &str); 6] = [
    ("bin", "usr/bin"),
    ("sbin", "usr/sbin"),
    ("lib", "usr/lib"),
    ("usr/bin/sh", "busybox"),
    ("etc/resolv.conf", "../run/systemd/resolve/resolv.conf"),
    ("usr/lib/systemd/system/default.target", "multi-user.target"),
];

/// What scripts and udev's rules call, of busybox.
const APPLETS: [&str; 16] = [
    "cat", "chgrp", "chmod", "cp", "false", "grep", "head", "ln", "mkdir", "mv", "readlink", "rm", "sed",
    "sleep", "sync", "true",
];

/// Makes the tree.
pub(super) fn assemble(
    plan: &Plan,
    sources: &Sources,
    pumice: &Path,
    keys: &Keys,
) -> Result<PathBuf, String> {
    let tree = target().join("image/root");
    remove(&tree)?;
    for folder in FOLDERS {
        make_folder(&tree.join(folder))?;
    }
    let list = read(&root().join("image/debian/files"))?;
    for pattern in listed(&list) {
        let found = matching(&sources.files, pattern);
        if found.is_empty() {
            return Err(format!("image/debian/files: no listed package has {pattern}"));
        }
        for path in found {
            copy(&sources.files.join(&path), &tree.join(&path))?;
        }
    }
    for (name, leads_to) in LINKS.into_iter().chain(APPLETS.map(|name| (name, "busybox"))) {
        let name = if leads_to == "busybox" && !name.contains('/') {
            format!("usr/bin/{name}")
        } else {
            name.to_owned()
        };
        let place = tree.join(name);
        make_folder(place.parent().unwrap_or(&tree))?;
        symlink(leads_to, &place).map_err(|error| format!("{}: {error}", place.display()))?;
    }
    copy_tree(&root().join("image/rootfs"), &tree)?;
    copy_tree(&root().join("image/debian/rootfs"), &tree)?;
    if plan.flavour == Flavour::Development {
        copy_tree(&root().join("image/development"), &tree)?;
    }
    copy(pumice, &tree.join("usr/bin/pumice"))?;
    copy(&keys.update_authority, &tree.join("etc/rauc/keyring.pem"))?;
    if plan.flavour == Flavour::Broken {
        write(&tree.join("etc/pumice/pumice.toml"), "# Deliberately.\nbroken = \n")?;
    }
    name_release(&tree, plan)?;
    libraries::complete(&tree, &sources.files)?;
    let absent = modules::install(Stage::Root, &tree, sources)?;
    println!("image: not modules of this kernel: {}", absent.join(" "));
    add_users(&tree)?;
    enable_units(&tree)?;
    Ok(tree)
}

/// Who the image says it is, and an empty file over which the initramfs lays the machine's identity.
fn name_release(tree: &Path, plan: &Plan) -> Result<(), String> {
    let Plan { version, flavour, .. } = plan;
    let flavour = flavour.word();
    let text = format!(
        "ID=pumice\nNAME=Pumice\nPRETTY_NAME=\"Pumice {version} ({flavour})\"\nVERSION_ID={version}\n\
         IMAGE_ID=pumice\nIMAGE_VERSION={version}\nVARIANT_ID={flavour}\n"
    );
    write(&tree.join("usr/lib/os-release"), text)?;
    let link = tree.join("etc/os-release");
    symlink("../usr/lib/os-release", &link).map_err(|error| format!("{}: {error}", link.display()))?;
    write(&tree.join("etc/machine-id"), "uninitialized\n")
}

/// The users that programs and we have asked for in sysusers.d. The root account has no password and is locked.
fn add_users(tree: &Path) -> Result<(), String> {
    succeed(program("systemd-sysusers").arg(format!("--root={}", tree.display())))?;
    let shadow = tree.join("etc/shadow");
    let opened: Vec<String> = read(&shadow)?
        .lines()
        .filter(|line| !line.split(':').nth(1).is_some_and(|password| password.starts_with(['!', '*'])))
        .map(str::to_owned)
        .collect();
    if !opened.is_empty() {
        return Err(format!("somebody could log in: {opened:?}"));
    }
    fs::set_permissions(&shadow, Permissions::from_mode(0o600)).map_err(|error| format!("shadow: {error}"))
}

/// What the preset says, and nothing that the packages would have switched on.
fn enable_units(tree: &Path) -> Result<(), String> {
    let mut command = program("systemctl");
    command.arg(format!("--root={}", tree.display())).args(["--preset-mode=enable-only", "preset-all"]);
    succeed(&mut command)
}
