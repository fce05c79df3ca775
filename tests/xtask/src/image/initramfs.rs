//! What the kernel starts from: one script, the programs that it calls, the modules of disks, and the hash of the root file
//! system.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::files::{copy, walk};
use super::modules::{self, Stage};
use super::packages::Sources;
use super::verity::{Sealed, TIME};
use super::{Plan, libraries, make_folder, remove, write};
use crate::workspace::{explain, program, root, succeed, target};

const PROGRAMS: [&str; 6] = [
    "usr/bin/busybox",
    "usr/sbin/dmsetup",
    "usr/sbin/e2fsck",
    "usr/sbin/mke2fs",
    "usr/sbin/resize2fs",
    "usr/sbin/sfdisk",
];

/// What the script calls of busybox.
const APPLETS: [&str; 30] = [
    "basename",
    "blockdev",
    "cat",
    "chattr",
    "cut",
    "dd",
    "echo",
    "find",
    "grep",
    "head",
    "ln",
    "mkdir",
    "modprobe",
    "mount",
    "mv",
    "od",
    "printf",
    "readlink",
    "reboot",
    "rm",
    "sed",
    "sh",
    "sleep",
    "sort",
    "switch_root",
    "sync",
    "test",
    "tr",
    "umount",
    "tail",
];

/// Makes the archive, compressed.
pub(super) fn make(plan: &Plan, sources: &Sources, file_system: &Sealed) -> Result<PathBuf, String> {
    let tree = target().join("image/initramfs");
    remove(&tree)?;
    for folder in ["dev", "proc", "sys", "run", "tmp", "root", "etc"] {
        make_folder(&tree.join(folder))?;
    }
    for path in PROGRAMS {
        copy(&sources.files.join(path), &tree.join(path))?;
    }
    for (name, leads_to) in [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib")] {
        link(leads_to, &tree.join(name))?;
    }
    for name in APPLETS {
        link("busybox", &tree.join("usr/bin").join(name))?;
    }
    copy(&root().join("image/initramfs/init"), &tree.join("init"))?;
    write(&tree.join("etc/verity"), &file_system.table)?;
    write(&tree.join("etc/version"), format!("{}\n", plan.version))?;
    libraries::complete(&tree, &sources.files)?;
    modules::install(Stage::Initramfs, &tree, sources)?;
    archive(&tree)
}

fn link(leads_to: &str, place: &Path) -> Result<(), String> {
    symlink(leads_to, place).map_err(|error| format!("{}: {error}", place.display()))
}

fn archive(tree: &Path) -> Result<PathBuf, String> {
    let plain = tree.with_extension("cpio");
    let paths = walk(tree)?;
    // Folders first, as cpio wants them; those above a file come out of its path.
    let mut names: Vec<String> = Vec::new();
    for path in ["dev", "proc", "sys", "run", "tmp", "root"].map(PathBuf::from).into_iter().chain(paths) {
        let above: Vec<&Path> = path.ancestors().filter(|above| !above.as_os_str().is_empty()).collect();
        for name in above.into_iter().rev().map(|name| name.to_string_lossy().into_owned()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let touched = names.iter().map(|name| tree.join(name));
    succeed(program("touch").args(["--no-dereference", &format!("--date=@{TIME}")]).args(touched))?;
    let list = tree.with_extension("list");
    write(&list, names.join("\n") + "\n")?;
    let told = |error: std::io::Error| format!("the initramfs: {error}");
    let mut command = program("cpio");
    command
        .current_dir(tree)
        .args(["--create", "--quiet", "--format=newc", "--reproducible", "--owner=0:0"])
        .stdin(File::open(&list).map_err(told)?)
        .stdout(File::create(&plain).map_err(told)?)
        .stderr(Stdio::inherit());
    explain(command.status(), &command)?;
    let packed = plain.with_extension("cpio.zst");
    succeed(program("zstd").args(["-19", "--quiet", "--force", "-o"]).arg(&packed).arg(&plain))?;
    Ok(packed)
}
