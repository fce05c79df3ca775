//! A test that cannot run says so, and is counted: `cargo xtask test` lists what was skipped, and where `CI=true` a
//! skip is a failure.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

use crate::privilege;

/// The variable that names the file to which skips are appended, one line each.
pub const RECORD: &str = "PUMICE_SKIPS";

/// Records that the current test does not run; the caller returns after it.
///
/// # Panics
/// Where `CI=true`, and where the record cannot be written: a skip that nobody hears of is worse than a failure.
#[allow(clippy::panic, reason = "called from tests only; it must fail the test")]
pub fn because(reason: &str) {
    let thread = thread::current();
    // The test harness names each test's thread after the test.
    let test = thread.name().unwrap_or("a test");
    let line = format!("SKIPPED: {test}: {reason}\n");
    eprint!("{line}");
    if env::var_os("CI").is_some_and(|value| value == "true") {
        panic!("with CI=true nothing may be skipped: {reason}");
    }
    let Some(record) = env::var_os(RECORD) else { return };
    // One write per line: several test programs append to the same file.
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&record)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("{}: {error}", record.display());
    }
}

/// Skips the current test where this process may not make namespaces and TUN devices: `true` says return.
#[must_use]
pub fn unless_namespaces() -> bool {
    let Err(refusal) = privilege::available() else { return false };
    because(&refusal.to_string());
    true
}
