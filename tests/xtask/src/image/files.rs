//! Copying what is listed: patterns with `*` for anything but a slash, links as links, modes as they are.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::make_folder;

/// The paths below `from` that a pattern means, relative to it.
pub(super) fn matching(from: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.split('/') {
        found = found.iter().flat_map(|folder| step(from, folder, part)).collect();
    }
    found.sort();
    found
}

fn step(from: &Path, folder: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains('*') {
        let path = folder.join(part);
        return if from.join(&path).symlink_metadata().is_ok() { vec![path] } else { Vec::new() };
    }
    let entries = fs::read_dir(from.join(folder)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| fits(part, name)).map(|name| folder.join(name)).collect()
}

/// Whether a name is what a pattern of one part of a path means.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).filter_map(|at| name.get(at..)).any(|tail| fits(rest, tail))
        }),
    }
}

/// Copies one file or link, with the folders above it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{} -> {}: {error}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    let kind = from.symlink_metadata().map_err(told)?.file_type();
    if to.symlink_metadata().is_ok() {
        fs::remove_file(to).map_err(told)?;
    }
    if kind.is_symlink() {
        symlink(fs::read_link(from).map_err(told)?, to).map_err(told)
    } else {
        fs::copy(from, to).map(|_| ()).map_err(told)
    }
}

/// Copies a whole tree over another.
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    for path in walk(from)? {
        copy(&from.join(&path), &to.join(&path))?;
    }
    Ok(())
}

/// All files and links below a folder, relative to it, in order.
pub(crate) fn walk(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        let place = folder.join(&inner);
        let entries = fs::read_dir(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        for entry in entries.flatten() {
            let path = inner.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                _ => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
