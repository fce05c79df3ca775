//! Tests that need Chromium ask here first.

use std::path::Path;

use crate::options::CHROMIUM;

/// Skips the current test where Chromium is not installed: `true` says return. The skip is recorded, and fails the
/// test where `CI=true`.
///
/// # Panics
/// As [`pumice_lab::skip::because`].
#[must_use]
pub fn unless_chromium() -> bool {
    if Path::new(CHROMIUM).exists() {
        return false;
    }
    pumice_lab::skip::because(&format!("no {CHROMIUM}: install the package chromium"));
    true
}
