//! The record of tests that did not run: each test program appends lines to it (see pumice-lab's `skip`).

use std::fs;
use std::path::PathBuf;

use crate::workspace::target;

/// The variable that tells test programs where the record is.
pub(crate) const VARIABLE: &str = "PUMICE_SKIPS";

/// A record, empty at the start of a run.
#[derive(Debug)]
pub(crate) struct Record(PathBuf);

impl Record {
    pub(crate) fn start() -> Result<Self, String> {
        let path = target().join("skipped-tests.txt");
        fs::write(&path, "").map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &PathBuf {
        &self.0
    }

    /// What was skipped, as `test: reason`.
    pub(crate) fn entries(&self) -> Vec<String> {
        entries(&fs::read_to_string(&self.0).unwrap_or_default())
    }
}

fn entries(text: &str) -> Vec<String> {
    text.lines().map(|line| line.strip_prefix("SKIPPED: ").unwrap_or(line).to_owned()).collect()
}

#[cfg(test)]
mod tests;
