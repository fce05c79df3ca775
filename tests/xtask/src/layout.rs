//! What is asked of files and no lint of clippy's checks: small files, unit tests beside the module.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::root;

/// The longest source file, in lines.
const MAX_LINES: usize = 600;

/// Checks every Rust file of the workspace and prints each breach.
pub(crate) fn check() -> Result<(), String> {
    let root = root();
    let mut files = Vec::new();
    collect(&root, &mut files).map_err(|error| format!("reading the tree: {error}"))?;
    let mut breaches = 0;
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let shown = file.strip_prefix(&root).unwrap_or(file);
        for breach in breaches_of(&text) {
            println!("{}: {breach}", shown.display());
            breaches += 1;
        }
    }
    println!("{} files, {breaches} breaches", files.len());
    if breaches == 0 { Ok(()) } else { Err(format!("{breaches} breaches")) }
}

/// Rust files below `folder`, without build output and hidden folders.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let is_hidden = name.to_string_lossy().starts_with('.');
        if entry.file_type()?.is_dir() {
            if !is_hidden && !path.join("CACHEDIR.TAG").exists() {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn breaches_of(text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let count = text.lines().count();
    if count > MAX_LINES {
        breaches.push(format!("{count} lines, more than {MAX_LINES}: one concept a file"));
    }
    let mut is_test_next = false;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if is_test_next && opens_module(line) {
            breaches.push(format!("line {}: unit tests inline; move them to tests.rs", index + 1));
        }
        // Attributes may stand between the two.
        is_test_next = line == "#[cfg(test)]" || (is_test_next && line.starts_with("#["));
    }
    breaches
}

/// `mod tests {`, `pub(crate) mod tests {`
fn opens_module(line: &str) -> bool {
    line.ends_with('{') && line.split_whitespace().any(|word| word == "mod")
}

#[cfg(test)]
mod tests;
