//! `cargo xtask recipe`: the list of crates of the Yocto recipe, made from Cargo.lock; and what must agree between the layer, the
//! workspace and the image that is assembled here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::image::{own_version, walk};
use crate::workspace::{output, program, root};

pub(crate) const LAYER: &str = "recipes/meta-pumice";
const CRATES: &str = "recipes/meta-pumice/recipes-core/pumice/pumice-crates.inc";

/// Writes the list.
pub(crate) fn run() -> ExitCode {
    let written = listed().and_then(|text| {
        let file = root().join(CRATES);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    });
    match written {
        Ok(()) => {
            println!("{CRATES} is written");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("cargo xtask recipe: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Checks that layer, workspace and image agree, and prints each breach.
pub(crate) fn check() -> Result<(), String> {
    let mut breaches = Vec::new();
    if read(CRATES)? != listed()? {
        breaches.push(format!("{CRATES} is not that of Cargo.lock; run `cargo xtask recipe`"));
    }
    breaches.extend(about_the_program()?);
    for file in files(&["bb", "bbappend", "bbclass", "inc"])? {
        breaches.extend(about_references(&file)?);
    }
    breaches.extend(about_boards()?);
    breaches.extend(about_users()?);
    for breach in &breaches {
        println!("{breach}");
    }
    if breaches.is_empty() { Ok(()) } else { Err(format!("{} breaches", breaches.len())) }
}

/// Version and licence.
fn about_the_program() -> Result<Vec<String>, String> {
    let version = own_version()?;
    let mut breaches = Vec::new();
    let recipe = format!("{LAYER}/recipes-core/pumice/pumice_{version}.bb");
    let text = read(&recipe)
        .map_err(|_| format!("there is no {recipe}: the recipe is to have the workspace's version"))?;
    let distro = format!("{LAYER}/conf/distro/pumice.conf");
    if !read(&distro)?.contains(&format!("DISTRO_VERSION = \"{version}\"")) {
        breaches.push(format!("{distro}: DISTRO_VERSION is not {version}"));
    }
    if !read("Cargo.toml")?.contains("license = \"Apache-2.0\"") || !text.contains("LICENSE = \"Apache-2.0\"")
    {
        breaches.push(format!("{recipe}: the licence is not the workspace's"));
    }
    let said = output(program("md5sum").arg("LICENSE"))?;
    let sum = said.split_whitespace().next().unwrap_or("no sum");
    if !text.contains(&format!("file://LICENSE;md5={sum}")) {
        breaches.push(format!("{recipe}: LICENSE has the sum {sum}"));
    }
    Ok(breaches)
}

/// Files that a recipe takes from beside it, and paths into `image/`.
fn about_references(file: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let shown = file.strip_prefix(root()).unwrap_or(file).display().to_string();
    let folder = file.parent().unwrap_or(file);
    let mut breaches = Vec::new();
    for name in after(&text, "file://") {
        if name.starts_with("LICENSE") || name.starts_with("COPYING") || name.contains('$') {
            continue;
        }
        let beside = [folder.join("files"), folder.to_owned(), root().join(LAYER).join("files")];
        // FILESEXTRAPATHS leads into image/.
        let extra = after(&text, "${PUMICE_ROOT}/image/").into_iter();
        let extra = extra.map(|path| root().join("image").join(path.trim_end_matches([':', '/'])));
        if !beside.into_iter().chain(extra).any(|place| place.join(&name).exists()) {
            breaches.push(format!("{shown}: there is no {name}"));
        }
    }
    for start in ["${S}/image/", "${PUMICE_ROOT}/image/"] {
        for path in after(&text, start) {
            let path = path.trim_end_matches(['/', ')', ':']).to_owned();
            if !path.contains('$') && !path.contains('*') && !root().join("image").join(&path).exists() {
                breaches.push(format!("{shown}: there is no image/{path}"));
            }
        }
    }
    Ok(breaches)
}

/// What follows each `start` up to what cannot be in a path.
fn after(text: &str, start: &str) -> Vec<String> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';' | '\\');
    text.split(start).skip(1).filter_map(|rest| rest.split(ends).next()).map(str::to_owned).collect()
}

/// Each description of a board has its machine and its file for kas, and no machine is without a description.
fn about_boards() -> Result<Vec<String>, String> {
    let names = |folder: &str, start: &str, end: &str| -> Vec<String> {
        let entries = fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.filter_map(|name| Some(name.strip_prefix(start)?.strip_suffix(end)?.to_owned())).collect();
        names.sort();
        names
    };
    // What is recognised where nothing else is.
    let mut boards = names("board-support/boards", "", ".toml");
    boards.retain(|board| board != "generic");
    let machines = names("recipes/meta-pumice/conf/machine", "pumice-", ".conf");
    let kas = names("image/kas", "", ".yml");
    let mut breaches = Vec::new();
    if boards != machines {
        breaches.push(format!("boards {boards:?} have machines {machines:?}"));
    }
    breaches.extend(
        boards
            .iter()
            .filter(|board| !kas.contains(board))
            .map(|board| format!("image/kas has no {board}.yml")),
    );
    Ok(breaches)
}

/// Users of sysusers.d are users of the layer, whose numbers are fixed.
fn about_users() -> Result<Vec<String>, String> {
    let known = read("recipes/meta-pumice/files/pumice-passwd")?;
    let ours = read("image/rootfs/usr/lib/sysusers.d/pumice.conf")?;
    let users = ours.lines().filter_map(|line| line.strip_prefix("u ")?.split_whitespace().next());
    let absent = users.filter(|user| !known.lines().any(|line| line.split(':').next() == Some(*user)));
    Ok(absent.map(|user| format!("pumice-passwd has no user {user}")).collect())
}

fn listed() -> Result<String, String> {
    list(&read("Cargo.lock")?)
}

/// The recipe's list of a lock file's packages that come from the registry.
fn list(lock: &str) -> Result<String, String> {
    let mut crates: Vec<(&str, &str, &str)> = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            line.and_then(|value| value.strip_suffix('"'))
        };
        let (Some(name), Some(version), Some(source)) = (value("name"), value("version"), value("source"))
        else {
            continue;
        };
        if !source.starts_with("registry+https://github.com/rust-lang/crates.io-index") {
            return Err(format!("{name} comes from {source}, which no recipe can fetch"));
        }
        let checksum = value("checksum").ok_or_else(|| format!("{name} has no checksum"))?;
        crates.push((name, version, checksum));
    }
    crates.sort_unstable();
    let mut text = "# Made by `cargo xtask recipe` from Cargo.lock.\nSRC_URI += \" \\\n".to_owned();
    for (name, version, _) in &crates {
        text.push_str(&format!("    crate://crates.io/{name}/{version} \\\n"));
    }
    text.push_str("\"\n\n");
    for (name, version, checksum) in &crates {
        text.push_str(&format!("SRC_URI[{name}-{version}.sha256sum] = \"{checksum}\"\n"));
    }
    Ok(text)
}

/// The layer's files with one of these endings, in order.
pub(crate) fn files(endings: &[&str]) -> Result<Vec<PathBuf>, String> {
    let layer = root().join(LAYER);
    let ends = |path: &PathBuf| path.extension().is_some_and(|end| endings.iter().any(|known| end == *known));
    Ok(walk(&layer)?.into_iter().filter(ends).map(|path| layer.join(path)).collect())
}

fn read(path: &str) -> Result<String, String> {
    let path = root().join(path);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
