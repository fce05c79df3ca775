//! The boot test: the image in an emulated ARM64 machine, from its first start through setup, phones, crashes, cut power and updates.
//!
//! ```text
//!   world (a namespace)                           the machine (QEMU, UEFI, Debian's kernel for ARM64)
//!   eNB and phones, SCTP over raw sockets ── cell ──── eth0   S1AP over the kernel's SCTP, GTP-U, the page
//!   a browser (curl)                      ──┘                  pumice, NAT
//!   a web server                          ── beyond ── eth1
//! ```

mod disk;
mod images;
mod machine;
mod page;
mod ports;
mod stages;
mod story;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fmt, io};

use pumice_e2e::real::RealError;
use pumice_lab::{LabError, privilege};

/// Why the test failed.
#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        Self(error.to_string())
    }
}

impl From<RealError> for Failure {
    fn from(error: RealError) -> Self {
        Self(error.to_string())
    }
}

fn failed<E: fmt::Display + From<io::Error>>(doing: impl Into<String>) -> impl Fn(E) -> Failure {
    let doing = doing.into();
    move |error| Failure(format!("{doing}: {error}"))
}

const USAGE: &str = "\
usage: pumice-boot-test <images> [--full]
  <images>  the folder in which `cargo xtask image` and `cargo xtask boot-test` leave what they make
  --full    cuts the power at many moments of an update, and takes the data partition away
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (folder, full) = match words.as_slice() {
        [folder] => (PathBuf::from(folder), false),
        [folder, "--full"] => (PathBuf::from(folder), true),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    // Before any thread is there.
    if let Err(refusal) = privilege::enter() {
        eprintln!(
            "the boot test needs root, or a user who may make user namespaces and open /dev/net/tun.\n{refusal}"
        );
        return ExitCode::FAILURE;
    }
    match story::tell(&folder, full) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nthe boot test failed: {failure}");
            ExitCode::FAILURE
        }
    }
}
