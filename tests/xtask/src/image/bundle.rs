//! The update: both images of a side in a bundle that RAUC checks block by block while it writes them.

use std::path::Path;

use super::files::copy;
use super::keys::Keys;
use super::{Plan, make_folder, remove, write};
use crate::workspace::{program, root, succeed};

/// What a bundle must name to be taken by a box (`image/rootfs/etc/rauc/system.conf`).
const COMPATIBLE: &str = "pumice-arm64-uefi";

pub(super) fn make(plan: &Plan, keys: &Keys, folder: &Path) -> Result<(), String> {
    let content = folder.join("bundle");
    remove(&content)?;
    make_folder(&content)?;
    for name in ["boot.img", "root.img"] {
        copy(&folder.join(name), &content.join(name))?;
    }
    let manifest = format!(
        "[update]\ncompatible={COMPATIBLE}\nversion={}\ndescription=Pumice {}\nbuild={}\n\n[bundle]\nformat=verity\n\n\
         [image.boot]\nfilename=boot.img\n\n[image.root]\nfilename=root.img\n",
        plan.version,
        plan.flavour.word(),
        super::verity::TIME,
    );
    write(&content.join("manifest.raucm"), manifest)?;
    let bundle = folder.join("update.raucb");
    if bundle.exists() {
        std::fs::remove_file(&bundle).map_err(|error| format!("{}: {error}", bundle.display()))?;
    }
    succeed(
        program("rauc")
            .arg("bundle")
            .arg("--cert")
            .arg(&keys.update_certificate)
            .arg("--key")
            .arg(&keys.update_key)
            .arg("--keyring")
            .arg(&keys.update_authority)
            .arg("--mksquashfs-args=-comp zstd -Xcompression-level 3 -quiet -no-progress")
            .arg(&content)
            .arg(&bundle)
            .current_dir(root())
            .stdout(std::process::Stdio::null()),
    )?;
    remove(&content)
}
