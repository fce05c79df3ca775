//! Which modules of the kernel are in the image: those that are listed, with those that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::files::copy;
use super::packages::Sources;
use super::{listed, read};
use crate::workspace::{program, root, succeed};

/// Where a module is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before the root file system is there.
    Initramfs,
    /// After that.
    Root,
}

impl Stage {
    const fn word(self) -> &'static str {
        match self {
            Self::Initramfs => "initramfs",
            Self::Root => "root",
        }
    }
}

/// The kernel's release, as `6.1.0-1-arm64`.
pub(super) fn release(sources: &Sources) -> Result<String, String> {
    let folder = sources.kernel.join("lib/modules");
    let mut entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let first = entries.next().and_then(Result::ok).map(|entry| entry.file_name());
    first.and_then(|name| name.into_string().ok()).ok_or_else(|| format!("{}: no release", folder.display()))
}

/// Copies a stage's modules into a tree, and the lists by which they are found. What was listed and this kernel does not have as a
/// module: it is built in, or belongs to a board with another kernel.
pub(super) fn install(stage: Stage, tree: &Path, sources: &Sources) -> Result<Vec<String>, String> {
    let release = release(sources)?;
    let from = sources.kernel.join("lib/modules").join(&release);
    let to = tree.join("usr/lib/modules").join(&release);
    let known = index(&from, &sources.kernel, &release)?;
    let list = read(&root().join("image/modules"))?;
    let mut absent = Vec::new();
    let mut wanted = BTreeSet::new();
    for name in
        listed(&list).filter_map(|line| line.strip_prefix(stage.word())).flat_map(str::split_whitespace)
    {
        match known.get(name) {
            Some(module) => {
                wanted.extend([module.path.clone()].into_iter().chain(module.needs.iter().cloned()))
            }
            None => absent.push(name.to_owned()),
        }
    }
    for path in &wanted {
        copy(&from.join(path), &to.join(path))?;
    }
    for name in ["modules.builtin", "modules.builtin.modinfo", "modules.order"] {
        copy(&from.join(name), &to.join(name))?;
    }
    succeed(program("depmod").arg("--basedir").arg(tree.join("usr")).arg(&release))?;
    Ok(absent)
}

struct Module {
    path: PathBuf,
    needs: Vec<PathBuf>,
}

/// All modules of a kernel by their names, with `_` for `-`.
fn index(from: &Path, kernel: &Path, release: &str) -> Result<BTreeMap<String, Module>, String> {
    if !from.join("modules.dep").exists() {
        succeed(program("depmod").arg("--basedir").arg(kernel).arg(release))?;
    }
    Ok(parse(&read(&from.join("modules.dep"))?))
}

fn parse(dependencies: &str) -> BTreeMap<String, Module> {
    let lines = dependencies.lines().filter_map(|line| line.split_once(':'));
    let modules = lines.filter_map(|(path, needs)| {
        let name = Path::new(path).file_name()?.to_str()?.split('.').next()?.replace('-', "_");
        let needs = needs.split_whitespace().map(PathBuf::from).collect();
        Some((name, Module { path: path.into(), needs }))
    });
    modules.collect()
}
