//! What an image weighs, beside what it may.

use std::path::Path;

use super::files::walk;
use super::size;
use super::verity::Sealed;

const MEBI: f64 = 1_048_576.0;

/// A slot, compressed, with its kernel.
const SLOT: u64 = 96 << 20;
/// The program and what is there for it.
const APPLICATION: u64 = 25 << 20;

pub(super) fn check(folder: &Path, tree: &Path, program: &Path, file_system: &Sealed) -> Result<(), String> {
    let bundle = size(&folder.join("update.raucb"))?;
    let slot = file_system.data;
    let boot = size(&folder.join("../signed.efi"))?;
    let application = size(program)?
        + walk(tree)?
            .iter()
            .filter(|path| path.to_string_lossy().contains("pumice") && !path.ends_with("usr/bin/pumice"))
            .map(|path| tree.join(path).symlink_metadata().map_or(0, |found| found.len()))
            .sum::<u64>();
    let rows = [
        ("root slot with kernel, compressed (the update)", bundle, Some(SLOT)),
        ("application part", application, Some(APPLICATION)),
        ("root file system, compressed", slot, None),
        ("boot file: kernel, not compressed, and initramfs", boot, None),
    ];
    #[expect(clippy::cast_precision_loss, reason = "sizes are shown with one digit after the point")]
    let mebi = |octets: u64| octets as f64 / MEBI;
    for (what, octets, budget) in rows {
        let budget = budget.map_or_else(String::new, |budget| format!(" of {:.0}", mebi(budget)));
        println!("{what:<52} {:>6.1} MiB{budget}", mebi(octets));
    }
    for (what, octets, budget) in rows {
        if budget.is_some_and(|budget| octets > budget) {
            return Err(format!("{what}: {octets} octets are too many"));
        }
    }
    println!("root hash {}", file_system.root_hash);
    Ok(())
}
