//! Tests that run again inside User-mode Linux, where a kernel has what this machine's may lack (`tests/uml-run`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt};

use crate::skip;

/// The variable that is set inside.
const INSIDE: &str = "IN_UML";

/// What is needed, and Debian's package of it.
const NEEDED: [(&str, &str); 3] =
    [("/usr/bin/linux.uml", "user-mode-linux"), ("/usr/sbin/insmod", "kmod"), ("/usr/sbin/ip", "iproute2")];

/// Runs a test of the current program inside, where it calls `inside`. Without User-mode Linux the test is skipped.
///
/// # Panics
/// Where the test fails inside, or cannot be run there.
#[allow(clippy::panic, reason = "called from tests only; it must fail the test")]
pub fn again(test: &str, inside: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return inside();
    }
    if let Some((_, package)) = NEEDED.into_iter().find(|(file, _)| !Path::new(file).exists()) {
        return skip::because(&format!("Debian's package {package} is missing"));
    }
    let uml_run: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "uml-run"].iter().collect();
    let program = env::current_exe().unwrap_or_else(|error| failed(&error));
    let status = Command::new(uml_run)
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        // The program may lie in /tmp.
        .env("UML_KEEP_TMP", "1")
        .status()
        .unwrap_or_else(|error| failed(&error));
    assert!(status.success(), "under User-mode Linux: {status}");
}

#[allow(clippy::panic, reason = "called from tests only; it must fail the test")]
fn failed(error: &dyn fmt::Display) -> ! {
    panic!("User-mode Linux: {error}")
}
